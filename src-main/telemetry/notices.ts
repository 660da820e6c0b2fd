import type { EventRow, JobSummary } from '../contract/model'

/** Word for a person who looks elsewhere. */
export interface Notice {
  readonly title: string
  readonly body: string
  /** The job to show when it is clicked; null for several. */
  readonly job: string | null
}

type Told = Pick<JobSummary, 'id' | 'name' | 'title' | 'tenant' | 'state' | 'counts' | 'error'>

/** Tenant of the person whom the lab is for. */
const own = 'me'

/** What happened to jobs that is worth a word: ids of those that ended, or had to leave their slice. */
export function notable(events: readonly EventRow[]): ReadonlyMap<string, 'ended' | 'evicted'> {
  const found = new Map<string, 'ended' | 'evicted'>()
  for (const { type, subject, data } of events) {
    if (type === 'job.finished')
      found.set(subject, 'ended')
    else if (type === 'job.requeued' && data.why === 'preempted')
      found.set(subject, 'evicted')
  }
  return found
}

/** One notice for what happened to one's own jobs since the last; null if nothing did. A job that went on meanwhile is not told of. */
export function noticeOf(happened: ReadonlyMap<string, 'ended' | 'evicted'>, jobs: readonly Told[]): Notice | null {
  const told = jobs.filter(({ id, tenant, state }) => (tenant === own || tenant.startsWith(`${own}/`)) && (happened.get(id) === 'evicted' ? state === 'queued' : state === 'done' || state === 'failed'))
  const [first] = told
  if (!first)
    return null
  if (told.length === 1)
    return { ...wordsFor(first), job: first.id }
  const count = (state: Told['state']) => told.filter(job => job.state === state).length
  const parts = [[count('done'), 'done'], [count('failed'), 'failed'], [count('queued'), 'back in their queue']].filter(([number]) => number !== 0).map(([number, what]) => `${number} ${what}`)
  return { title: `${told.length} of your jobs`, body: parts.join(', '), job: null }
}

function wordsFor({ name, title, state, counts, error }: Told): Pick<Notice, 'title' | 'body'> {
  const called = name ?? title
  if (state === 'queued')
    return { title: `${called} made way for another job`, body: `${counts.done} of ${counts.total} inputs are done; it goes on from there when its turn comes.` }
  return state === 'done'
    ? { title: `${called} is done`, body: counts.total === 1 ? 'Its result is ready.' : `All ${counts.total} inputs have their result.` }
    : { title: `${called} failed`, body: error?.message ?? 'Open it to see why.' }
}
