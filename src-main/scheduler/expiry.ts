import type { ErrorShape } from '../contract/errors'
import type { JobRow } from '../store/jobs'

/** Why a job ends whose time is over. Results made before are kept. */
export function expiry(job: Pick<JobRow, 'state' | 'deadlineMs' | 'maxRunMs'>, rule: 'deadline' | 'run-time'): ErrorShape {
  return rule === 'deadline'
    ? { code: 'deadline_passed', message: `Its deadline, ${new Date(job.deadlineMs ?? 0).toISOString()}, passed while it was ${job.state}. Results made before are kept. Submit it again with a later one.`, retryable: false }
    : { code: 'time_limit', message: `It ran for the ${Math.round((job.maxRunMs ?? 0) / 1000)} s that it may. Results made before are kept. Submit what is left again, or all of it with a longer run time.`, retryable: false }
}
