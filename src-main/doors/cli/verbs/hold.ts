import type { Command } from 'commander'
import type { Act } from '../context'
import { printable } from '../text'

export function addHold(program: Command, act: Act): void {
  program.command('hold <job>')
    .description('keep a waiting job out of its line until it is released')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const job = await withLab('ask', lab => lab.call('jobs.hold', { id }))
      output.answer(job, () => [`${printable(job.id)}  held`])
      output.talk(`\`tranche release ${job.id}\` puts it back.`)
    }))
  program.command('release <job>')
    .description('put a held or suspended job back into its line')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const job = await withLab('ask', lab => lab.call('jobs.release', { id }))
      output.answer(job, () => [`${printable(job.id)}  ${job.state}`])
    }))
}
