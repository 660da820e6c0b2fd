import type { JobSummary } from '@contract/model'

/** Time in the queue and on a slice as of `nowMs`, ticking for the one that is under way. */
export function jobTime({ state, timing }: Pick<JobSummary, 'state' | 'timing'>, nowMs: number): { readonly queuedMs: number, readonly runMs: number } {
  const sinceSubmit = Math.max(0, nowMs - timing.submittedAtMs)
  return {
    queuedMs: state === 'queued' ? Math.max(timing.queuedMs, sinceSubmit - timing.runMs) : timing.queuedMs,
    runMs: state === 'running' ? Math.max(timing.runMs, sinceSubmit - timing.queuedMs) : timing.runMs,
  }
}
