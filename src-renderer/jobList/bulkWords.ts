import type { CallInput, CallOutput } from '@contract/calls'
import { plural } from '../format'

export type BulkAction = CallInput<'jobs.bulk'>['action']
export type BulkOutcome = CallOutput<'jobs.bulk'>

interface ActionWords {
  /** `Cancel 3 jobs?` */
  readonly verb: string
  /** `3 jobs cancelled` */
  readonly done: string
  /** What follows from it. */
  readonly body: string
}

export const bulkWords: Readonly<Record<BulkAction, ActionWords>> = {
  cancel: { verb: 'Cancel', done: 'cancelled', body: 'Those that run stop and release their slices; results so far are kept. Those that have ended are left as they are.' },
  hold: { verb: 'Hold', done: 'held', body: 'Those that wait leave the line until they are released. Those that run are left as they are.' },
  release: { verb: 'Release', done: 'released', body: 'Those that are held stand in line again.' },
  suspend: { verb: 'Suspend', done: 'suspended', body: 'Those that run stop at the end of what they are at and give their slices back.' },
  resume: { verb: 'Resume', done: 'resumed', body: 'Those that are suspended stand in line again.' },
  retry: { verb: 'Retry', done: 'submitted again', body: 'Each one that has ended is submitted again as a new job.' },
  priority: { verb: 'Set the priority of', done: 'given the new priority', body: 'Among the jobs of one tenant in one queue the higher goes first.' },
  queue: { verb: 'Change the queue of', done: 'put into the other queue', body: 'Those that wait stand in the other line.' },
}

/** From so many jobs on even what can be taken back is asked first. */
export const manyJobs = 20

/** Refusals by their words, the most frequent first; ids within the words count as the same. */
export function refusalGroups({ refused }: Pick<BulkOutcome, 'refused'>): { readonly words: string, readonly ids: readonly string[] }[] {
  const groups = new Map<string, string[]>()
  for (const { id, message } of refused) {
    const words = message.replaceAll(id, 'it')
    const known = groups.get(words)
    if (known)
      known.push(id)
    else
      groups.set(words, [id])
  }
  return [...groups].map(([words, ids]) => ({ words, ids })).toSorted((a, b) => b.ids.length - a.ids.length)
}

export function outcomeWords(action: BulkAction, { done, refused }: BulkOutcome): string {
  const what = `${plural(done, 'job')} ${bulkWords[action].done}`
  return refused.length === 0 ? `${what}.` : `${what}, ${plural(refused.length, 'job')} refused.`
}
