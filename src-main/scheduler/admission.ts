import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Book } from './book'
import type { Registry } from './registry'
import type { Submission } from './submission'
import { TrancheError } from '../contract/errors'
import { usualQueue } from '../store/queues'
import { ownTenant } from '../store/tenants'

export interface AdmissionDeps {
  readonly store: Pick<Store, 'jobs'>
  readonly registry: Registry
  readonly book: Book
}

/** Who asks and in which line, as a job's row says it. */
export type Admitted = Pick<JobRow, 'name' | 'tenantId' | 'queueId' | 'priority' | 'labels' | 'notBeforeMs' | 'deadlineMs' | 'maxRunMs' | 'retries'>

/**
 * Whether a submission may stand in line where it wants to. `more` jobs of the same call come before it.
 * Throws `not_found` for a name that nobody has, `conflict` where the tenant or the queue does not take it.
 */
export function admit({ store, registry, book }: AdmissionDeps, submission: Submission, nowMs: number, more = 0): Admitted {
  const tenant = registry.tenant(submission.tenant ?? ownTenant)
  const queue = registry.queueNamed(submission.queue ?? usualQueue)
  const line = registry.lineage(tenant.id)
  if (queue.terms.state === 'closed')
    throw new TrancheError('conflict', `The queue ${queue.name} is closed and takes no jobs. Name another.`)
  if (queue.terms.tenants !== null && !line.some(({ id }) => queue.terms.tenants?.includes(id)))
    throw new TrancheError('conflict', `The queue ${queue.name} is not open to ${registry.pathOf(tenant.id)}. Name another, or have an admin open it.`)
  for (const { id, terms } of line) {
    if (terms.cap.jobs === undefined)
      continue
    const below = registry.below(id)
    const has = [...book.jobs()].filter(({ tenantId }) => below.has(tenantId)).length
    if (has + more + (submission.count ?? 1) > terms.cap.jobs)
      throw new TrancheError('conflict', `${registry.pathOf(id)} may have ${terms.cap.jobs} jobs that wait or run, and has ${has + more}. Submit again when some have ended, or put the inputs into one job.`, { details: { cap: terms.cap.jobs, has }, retryable: true })
  }
  if (submission.deadlineMs !== undefined && submission.deadlineMs <= nowMs)
    throw new TrancheError('invalid_input', `The deadline ${new Date(submission.deadlineMs).toISOString()} has passed already.`)
  if (submission.deadlineMs !== undefined && submission.notBeforeMs !== undefined && submission.notBeforeMs >= submission.deadlineMs)
    throw new TrancheError('invalid_input', 'The job may not start before its deadline has passed: let it start earlier, or give it a later deadline.')
  for (const { job } of submission.dependsOn ?? []) {
    if (!store.jobs.get(job))
      throw new TrancheError('not_found', `There is no job ${job} to wait for.`)
  }
  return {
    name: submission.name ?? null,
    tenantId: tenant.id,
    queueId: queue.id,
    priority: submission.priority ?? 0,
    labels: submission.labels ?? {},
    notBeforeMs: submission.notBeforeMs ?? null,
    deadlineMs: submission.deadlineMs ?? null,
    maxRunMs: submission.maxRunMs ?? queue.terms.defaultMaxRunMs,
    retries: submission.retries ?? null,
  }
}

/** Deals inputs out among the members of a gang, as evenly as can be and in order. */
export function dealOut<T>(inputs: readonly T[], members: number): T[][] {
  return Array.from({ length: members }, (_, member) => inputs.slice(Math.floor(member * inputs.length / members), Math.floor((member + 1) * inputs.length / members)))
}
