import type { ErrorShape } from '../contract/errors'
import type { QueueState, Retries, WaitReason } from '../contract/model'
import type { DependencyState } from '../store/dependencies'
import type { JobRow } from '../store/jobs'

/** What has to be known of the world around a job. */
export interface Facts {
  readonly dependencies: readonly DependencyState[]
  readonly modelReady: boolean
  readonly queue: QueueState
  readonly queueName: string
}

export type Eligibility
  = | { readonly ready: true }
    | {
      readonly ready: false
      readonly reason: WaitReason
      /** What it waits for, and what would let it in. */
      readonly words: string
      readonly wouldStartIf: string
      /** When time alone makes it ready; null where it does not. */
      readonly untilMs: number | null
      /** Why it never will be; null while it may. */
      readonly fails: ErrorShape | null
    }

/** Longest wait before another try. */
const mostDelayMs = 24 * 3_600_000

/** Whether a queued job may start as far as it concerns itself. Pure. */
export function eligibility(job: Pick<JobRow, 'model' | 'notBeforeMs' | 'tries'>, { dependencies, modelReady, queue, queueName }: Facts, nowMs: number): Eligibility {
  const lost = dependencies.find(isLost)
  if (lost)
    return blocked('dependency', `job ${lost.onJobId}`, 'it were not for that', { fails: failure(lost) })
  if (job.notBeforeMs !== null && job.notBeforeMs > nowMs) {
    const at = new Date(job.notBeforeMs).toISOString()
    return blocked('not-before', job.tries > 1 ? `its try number ${job.tries}, at ${at}: the one before failed` : `its time to come: it may not start before ${at}`, 'it is later', { untilMs: job.notBeforeMs })
  }
  const open = dependencies.filter(dependency => !isMet(dependency))
  if (open.length > 0) {
    const names = open.slice(0, 3).map(({ onJobId, needs, state }) => `${onJobId} (${state}) to ${needs === 'success' ? 'succeed' : 'end'}`).join(', ')
    return blocked('dependency', `${names}${open.length > 3 ? ` and ${open.length - 3} more` : ''}`, `${open.length === 1 ? 'that job has' : 'these jobs have'} ended`)
  }
  if (queue === 'paused')
    return blocked('queue-paused', `the queue ${queueName} to start jobs again: it is paused`, `an admin opens it (\`tranche queue set ${queueName} --queue-state open\`)`)
  if (!modelReady)
    return blocked('model', `its model ${job.model}, which is being fetched`, 'the model is here')
  return { ready: true }
}

/** How long to wait after a try that failed: twice as long after each, up to a day. `tries` counts those so far. */
export function retryDelayMs({ delayMs }: Retries, tries: number): number {
  return Math.min(mostDelayMs, delayMs * 2 ** Math.min(40, Math.max(0, tries - 1)))
}

function isMet({ needs, state }: DependencyState): boolean {
  return state === 'done' || (needs === 'end' && (state === 'failed' || state === 'cancelled' || state === null))
}

function isLost({ needs, state }: DependencyState): boolean {
  return needs === 'success' && (state === 'failed' || state === 'cancelled' || state === null)
}

function failure({ onJobId, state }: DependencyState): ErrorShape {
  return {
    code: 'dependency_failed',
    message: `It was to start once job ${onJobId} had succeeded, and that job ${state === null ? 'is no longer known' : state === 'failed' ? 'failed' : 'was cancelled'}. Mend that one and retry both, or submit this one without waiting for it.`,
    details: { job: onJobId },
    retryable: false,
  }
}

function blocked(reason: WaitReason, words: string, wouldStartIf: string, { untilMs = null, fails = null }: { readonly untilMs?: number | null, readonly fails?: ErrorShape | null } = {}): Eligibility {
  return { ready: false, reason, words, wouldStartIf, untilMs, fails }
}
