import type { Command } from 'commander'
import type { CatalogEntry } from '../../../contract/model'
import type { Act, VerbContext } from '../context'
import type { Session } from '../session'
import { TrancheError } from '../../../contract/errors'
import { exitStatus } from '../exitStatus'
import { interruptible, whenAborted } from '../interrupt'
import { bytes, printable } from '../text'

const pollMs = 250

export function addPull(program: Command, act: Act): void {
  program.command('pull <id>')
    .description('fetch a model of the catalog; what is fetched already is not fetched again')
    .action((id: string, _options, command: Command) => act(command, async (context) => {
      const entry = await interruptible(signal => context.withLab('stay', lab => pull(lab, id, context, signal)))
      if (!entry) {
        context.output.talk(`Stopped. \`tranche pull ${id}\` goes on where it was.`)
        return exitStatus.interrupted
      }
      context.output.answer(entry, () => [`${printable(entry.name)} is ready, ${bytes(entry.sizeBytes)}.`])
    }))
}

/** Waits until the model is here, or null if a person stopped it. The call may end before the pull does. */
async function pull(lab: Session, id: string, { output }: VerbContext, signal: AbortSignal): Promise<CatalogEntry | null> {
  let answer: CatalogEntry | undefined
  let failure: unknown
  const called = lab.call('catalog.pull', { id }).then(entry => answer = entry, (thrown: unknown) => failure = thrown)
  const stopped = whenAborted(signal)
  while (!signal.aborted) {
    if (failure !== undefined)
      throw failure
    if (answer?.state === 'ready')
      return answer
    if (answer?.state === 'failed')
      throw answer.error ? TrancheError.fromShape(answer.error) : new TrancheError('model_unavailable', `${id} could not be fetched.`)
    await Promise.race([...answer ? [] : [called], stopped, lab.change(pollMs, signal)])
    const now = (await lab.call('catalog.list', {})).find(entry => entry.id === id)
    if (now?.state === 'pulling')
      output.progress(`${now.name}: ${Math.floor(now.progress * 100)} % of ${bytes(now.sizeBytes)}`)
    if (answer)
      answer = now
  }
  return null
}
