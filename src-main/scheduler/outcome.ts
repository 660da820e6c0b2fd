import type { ErrorShape } from '../contract/errors'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'

/** How a job ended whose worker is through with it; null for well. One whose inputs failed in part has failed, but keeps the results of the others. */
export function outcomeOf(store: Pick<Store, 'items'>, { id, itemCount, doneCount, failedCount }: JobRow): ErrorShape | null {
  const left = itemCount - doneCount - failedCount
  if (left > 0)
    return { code: 'internal', message: `The worker ended the job with ${left} inputs left. Retry it; if it happens again, report it with the event log.`, retryable: true }
  if (failedCount === 0)
    return null
  const first = store.items.firstFailed(id)?.error
  if (first && itemCount === 1)
    return first
  return {
    code: 'inputs_failed',
    message: `${failedCount} of ${itemCount} inputs failed. The first: ${first?.message ?? ''}`,
    details: { failed: failedCount, total: itemCount },
    retryable: false,
  }
}

/** Whether workers of earlier turns may have left something in the job's folder that never became a result. */
export function hadEarlierTurns({ startedAtMs, turnSinceMs }: JobRow): boolean {
  return startedAtMs !== turnSinceMs
}
