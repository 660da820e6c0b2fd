import type { JobRow } from '../store/jobs'
import type { Book } from './book'
import type { Registry } from './registry'
import { TrancheError } from '../contract/errors'
import { lineKey } from './plan/lineKey'

/**
 * The place and priority that put a job right before another one, or behind all others of its tenant and queue. Within
 * one's rights: among the jobs of one tenant in one queue only.
 */
export function placeBefore(book: Book, registry: Registry, job: JobRow, before: string | null): Pick<JobRow, 'place' | 'priority'> {
  const { agingMs } = registry.settings()
  const rank = registry.queue(job.queueId)?.terms.rank ?? 0
  const keyOf = (other: JobRow) => lineKey(other.place, other.priority, rank, agingMs)
  const line = [...book.jobs()]
    .filter(other => other.id !== job.id && other.tenantId === job.tenantId && other.queueId === job.queueId && other.state !== 'running')
    .sort((a, b) => keyOf(a) - keyOf(b) || (a.id < b.id ? -1 : 1))
  const at = before === null ? line.length : line.findIndex(({ id }) => id === before)
  if (at === -1)
    throw new TrancheError('conflict', `Job ${before} does not wait in the same queue for the same tenant. The order between tenants is their shares', and between queues their classes'.`)
  const next = line[at]
  const last = line[at - 1]
  if (!next)
    return last ? { priority: last.priority, place: last.place + 1 } : { priority: job.priority, place: job.place }
  // Between the two, in the next one's priority.
  const distance = last ? keyOf(next) - keyOf(last) : 2
  return { priority: next.priority, place: next.place - Math.max(distance, 0) / 2 }
}
