import type { JobSummary } from '@contract/model'

/** Time in the queue and on a slice as of `nowMs`, ticking for the one that is under way. */
export function jobTime({ state, timing }: Pick<JobSummary, 'state' | 'timing'>, nowMs: number): { readonly queuedMs: number, readonly runMs: number } {
  const since = Math.max(0, nowMs - timing.asOfMs)
  return {
    queuedMs: timing.queuedMs + (state === 'queued' ? since : 0),
    runMs: timing.runMs + (state === 'running' ? since : 0),
  }
}
