import type { ErrorShape } from '../contract/errors'
import type { BackendReport, Rule } from '../contract/model'
import type { JobRow, JobSlice } from '../store/jobs'
import { TrancheError } from '../contract/errors'

/** What can happen to a job. */
export type JobEvent
  = | { readonly type: 'started', readonly slice: JobSlice, readonly rule: Rule }
    | { readonly type: 'progressed', readonly done: number, readonly failed: number }
    | { readonly type: 'requeued', readonly why: RequeueReason, readonly rule?: Rule, readonly by?: string | null }
    /** It failed and is tried again. */
    | { readonly type: 'retried', readonly error: ErrorShape, readonly notBeforeMs: number }
    /** Its priority, queue or place in line was changed. */
    | { readonly type: 'reordered', readonly priority: number, readonly queueId: string, readonly place: number }
    /** Stopped by a person: it stays out of the queue until it is resumed. */
    | { readonly type: 'suspended' }
    | { readonly type: 'resumed' }
    /** From one slice to another, while it ran. */
    | { readonly type: 'moved', readonly from: JobSlice, readonly slice: JobSlice, readonly warmMs: number }
    /** It runs on its new slice. */
    | { readonly type: 'paused', readonly pauseMs: number }
    | { readonly type: 'ran', readonly report: BackendReport }
    /** `exported` is false where the folder asked for could not take the results. */
    | { readonly type: 'finished', readonly error: ErrorShape | null, readonly exported?: boolean }
    | { readonly type: 'cancelled' }

/**
 * Why a job goes back to its queue. `worker-died`: the process ended by itself, hung, or took more memory than its slice has.
 * `worker-killed`: someone else ended it. `preempted`: the scheduler gave its slice to another.
 */
export type RequeueReason = 'worker-died' | 'worker-killed' | 'lab-closed' | 'owner-died' | 'revoked' | 'displaced' | 'preempted'

/** Ends of its worker from outside, in a row without a result in between, after which the job is given up all the same. */
export const killLimit = 20

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
      return { ...job, doneCount: job.doneCount + event.done, failedCount: job.failedCount + event.failed, ...(event.done > 0 && { crashesSinceResult: 0, killsSinceResult: 0 }) }
    case 'requeued': {
      requireState(job, event, 'running')
      const died = event.why === 'worker-died' ? 1 : 0
      const killed = event.why === 'worker-killed' ? 1 : 0
      return { ...endTurn(job, nowMs), state: 'queued', crashes: job.crashes + died + killed, crashesSinceResult: job.crashesSinceResult + died, killsSinceResult: job.killsSinceResult + killed, preemptions: job.preemptions + (event.why === 'preempted' ? 1 : 0) }
    }
    case 'retried':
      requireState(job, event, 'running', 'queued')
      return { ...endTurn(job, nowMs), state: 'queued', tries: job.tries + 1, failedCount: 0, crashesSinceResult: 0, killsSinceResult: 0, notBeforeMs: event.notBeforeMs }
    case 'reordered':
      requireState(job, event, 'queued', 'suspended')
      return { ...job, priority: event.priority, queueId: event.queueId, place: event.place }
    case 'suspended':
      requireState(job, event, 'running', 'queued')
      return { ...endTurn(job, nowMs), state: 'suspended' }
    case 'resumed':
      requireState(job, event, 'suspended')
      return { ...job, turnSinceMs: nowMs, state: 'queued' }
    case 'moved':
      requireState(job, event, 'running')
      return { ...job, lastSlice: event.slice, moves: job.moves + 1 }
    case 'paused':
      requireState(job, event, 'running')
      return { ...job, lastPauseMs: event.pauseMs }
    case 'ran':
      requireState(job, event, 'running')
      return { ...job, ran: event.report }
    case 'finished':
      requireState(job, event, 'running', 'queued')
      return { ...endTurn(job, nowMs), state: event.error ? 'failed' : 'done', error: event.error, endedAtMs: nowMs, outDir: event.exported === false ? null : job.outDir }
    case 'cancelled':
      requireState(job, event, 'running', 'queued', 'suspended')
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
  if (job.state === 'suspended')
    return { ...job, turnSinceMs: nowMs }
  return job.state === 'queued'
    ? { ...job, turnSinceMs: nowMs, queuedMs: job.queuedMs + spentMs }
    : { ...job, turnSinceMs: nowMs, runMs: job.runMs + spentMs }
}

function requireState(job: JobRow, event: JobEvent, ...allowed: readonly JobRow['state'][]): void {
  if (!allowed.includes(job.state))
    throw new TrancheError('conflict', `Job ${job.id} is ${job.state} and cannot be ${event.type}.`, { details: { state: job.state } })
}
