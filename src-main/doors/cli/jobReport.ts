import type { Item, Job, RecipeId } from '../../contract/model'
import type { ExitStatus } from './exitStatus'
import type { Session } from './session'
import type { Style } from './text'
import { exitStatus } from './exitStatus'
import { resultText } from './resultText'
import { count, duration, printable } from './text'

/** Results that are asked for at once. */
const batch = 32

export const inputNouns: Record<RecipeId, string> = { ocr: 'picture', vad: 'recording', tensor: 'input', verify: 'test case' }

/** A job as `--json` shows it; with the results themselves where they were asked for. */
export function describeJob(job: Job, results: ReadonlyMap<number, unknown> = new Map()) {
  return {
    ...job,
    items: job.items.map(item => results.has(item.index) ? { ...item, result: results.get(item.index) } : item),
  }
}

/** These inputs with the results of those that have one, read a few at a time. */
export async function* readResults(lab: Session, job: Job, wanted: readonly Item[]): AsyncGenerator<{ readonly item: Item, readonly result: unknown }> {
  for (let from = 0; from < wanted.length; from += batch) {
    const items = wanted.slice(from, from + batch)
    const results = await Promise.all(items.map(({ state, index }) => state === 'done' ? lab.call('jobs.result', { id: job.id, index }) : null))
    for (const [i, item] of items.entries())
      yield { item, result: results[i] }
  }
}

/** What came of one input, for a person; named by its file where there are several. */
export function itemLines({ items }: Job, item: Item, result: unknown, style: Style): string[] {
  const lines = item.state === 'done'
    ? resultText(result)
    : [item.error ? style.bad(`failed: ${printable(item.error.message)}`) : style.faint('(not run)')]
  if (items.length === 1)
    return lines
  return [style.strong(printable(itemName(item))), ...lines.map(line => `  ${line}`)]
}

/** The path of an input, or its number where the recipe made it up. */
export function itemName({ input, index }: Item): string {
  return input ?? `input ${index + 1}`
}

/** One line on how a job ended or stands: `done: 40 pictures in 12.3 s on 3g.40gb, after 20 ms in the queue`. */
export function summaryLine(job: Job, deviceName: string | null): string {
  const { recipe, counts, slice, timing, state } = job
  const noun = inputNouns[recipe]
  const inputs = counts.failed > 0 ? `${counts.done} of ${count(counts.total, noun)}, ${counts.failed} failed` : `${counts.done === counts.total ? '' : `${counts.done} of `}${count(counts.total, noun)}`
  const what = job.serving ? 'served requests' : inputs
  const where = slice ? ` on ${slice.profile} of ${deviceName ?? slice.device}` : ''
  const queued = timing.queuedMs >= 1000 ? `, after ${duration(timing.queuedMs)} in the queue` : ''
  return `${job.id} ${state}: ${what} in ${duration(timing.runMs)}${where}${queued}`
}

/** A job's end as an exit status. */
export function jobStatus({ state }: Job): ExitStatus {
  return state === 'failed' || state === 'cancelled' ? exitStatus.failed : exitStatus.done
}
