import type { ErrorCode, ErrorShape } from '../contract/errors'
import type { JobRow } from '../store/jobs'
import { retryDelayMs } from './eligibility'

/** What another try cannot change: someone decided so. */
const final: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['cancelled', 'deadline_passed', 'time_limit', 'dependency_failed'])

/** When a job that failed is tried again, in ms of the lab's clock; null where it has failed for good. */
export function retryAt(job: Pick<JobRow, 'retries' | 'tries'>, error: ErrorShape, nowMs: number): number | null {
  if (!job.retries || job.tries > job.retries.max || final.has(error.code))
    return null
  return nowMs + retryDelayMs(job.retries, job.tries)
}
