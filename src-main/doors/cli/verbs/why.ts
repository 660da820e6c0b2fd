import type { Command } from 'commander'
import type { Why } from '../../../contract/model'
import type { Act } from '../context'
import { printable } from '../text'
import { momentText } from '../times'

export function addWhy(program: Command, act: Act): void {
  program.command('why <job>')
    .description('what a job waits for, who holds it, and what would let it in')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const why = await withLab('ask', lab => lab.call('jobs.why', { id }))
      output.answer(why, () => whyLines(why).map(printable))
    }))
}

function whyLines({ state, reason, waitsFor, heldBy, wouldStartIf, estimatedStartMs, place, decisions }: Why): string[] {
  return [
    `${state}: ${reason === null ? waitsFor : `it waits for ${waitsFor}`}`,
    ...heldBy.map(({ holder, what, untilMs }) => `  held by ${holder}: ${what}${untilMs === null ? '' : `, until ${momentText(untilMs)} at the latest`}`),
    ...wouldStartIf === '' ? [] : [`It would start if ${wouldStartIf}.`],
    ...place === null ? [] : [`It is number ${place} of those that wait.`],
    ...reason !== null && state === 'queued' ? [estimatedStartMs === null ? 'Nothing says when that will be.' : `It is expected to start at ${momentText(estimatedStartMs)}.`] : [],
    ...decisions.map(({ atMs, what, words, other }) => `  ${momentText(atMs)}  ${what}${words === '' ? '' : `: ${words}`}${other === null ? '' : ` (${other})`}`),
  ]
}
