import type { ErrorShape } from '../contract/errors'
import type { JobRow, JobSlice } from '../store/jobs'
import { TrancheError } from '../contract/errors'

/** What can happen to a job. */
export type JobEvent
  = | { readonly type: 'started', readonly slice: JobSlice }
    | { readonly type: 'progressed', readonly done: number, readonly failed: number }
    | { readonly type: 'requeued', readonly why: 'worker-crashed' | 'lab-closed' | 'owner-died' | 'revoked' }
    /** `exported` is false where the folder asked for could not take the results. */
    | { readonly type: 'finished', readonly error: ErrorShape | null, readonly exported?: boolean }
    | { readonly type: 'cancelled' }

/** Crashes in a row, without a result in between, after which the job itself is taken for the cause. */
export const crashLimit = 3

/**
 * The only way a job changes: the job after the event. Pure; time is an argument.
 * Throws `conflict` where the event cannot happen in the job's state.
 */
export function transition(job: JobRow, event: JobEvent, nowMs: number): JobRow {
  switch (event.type) {
    case 'started':
      requireState(job, event, 'queued')
      return { ...endTurn(job, nowMs), state: 'running', lastSlice: event.slice, startedAtMs: job.startedAtMs ?? nowMs }
    case 'progressed':
      requireState(job, event, 'running')
      return { ...job, doneCount: job.doneCount + event.done, failedCount: job.failedCount + event.failed, crashesSinceResult: 0 }
    case 'requeued': {
      requireState(job, event, 'running')
      const crash = event.why === 'worker-crashed' ? 1 : 0
      return { ...endTurn(job, nowMs), state: 'queued', crashes: job.crashes + crash, crashesSinceResult: job.crashesSinceResult + crash }
    }
    case 'finished':
      requireState(job, event, 'running', 'queued')
      return { ...endTurn(job, nowMs), state: event.error ? 'failed' : 'done', error: event.error, endedAtMs: nowMs, outDir: event.exported === false ? null : job.outDir }
    case 'cancelled':
      requireState(job, event, 'running', 'queued')
      return { ...endTurn(job, nowMs), state: 'cancelled', endedAtMs: nowMs, error: { code: 'cancelled', message: 'The job was cancelled. Results made before are kept.', retryable: true } }
  }
}

/** True once nothing can happen to the job any more. */
export function isEnded(job: Pick<JobRow, 'state'>): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled'
}

/** Adds the turn that ends now to the time in the queue or on a slice. A clock set back adds nothing. */
function endTurn(job: JobRow, nowMs: number): JobRow {
  const spentMs = Math.max(0, nowMs - job.turnSinceMs)
  return job.state === 'queued'
    ? { ...job, turnSinceMs: nowMs, queuedMs: job.queuedMs + spentMs }
    : { ...job, turnSinceMs: nowMs, runMs: job.runMs + spentMs }
}

function requireState(job: JobRow, event: JobEvent, ...allowed: readonly JobRow['state'][]): void {
  if (!allowed.includes(job.state))
    throw new TrancheError('conflict', `Job ${job.id} is ${job.state} and cannot be ${event.type}.`, { details: { state: job.state } })
}
