import type { ErrorShape } from '../contract/errors'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import { toErrorShape } from '../contract/errors'
import { exportResults, removeStrayResults } from './resultFiles'

/** Copies the results of a job out if asked to, tells how it ended, and removes what lost workers wrote. */
export async function finishJob(store: Store, jobsDir: string, job: JobRow, end: (error: ErrorShape | null, exported: boolean) => void): Promise<void> {
  const items = store.items.ofJob(job.id)
  const left = items.filter(({ state }) => state === 'pending').length
  const exported = job.outDir === null ? null : await exportResults(job.id, items, jobsDir, job.outDir).then(() => null, toErrorShape)
  const error = exported ?? (left > 0 ? unfinished(left) : failureOf(items.length, items.filter(({ state }) => state === 'failed')))
  end(error, exported === null)
  await removeStrayResults(jobsDir, job.id, items)
}

/** A job whose inputs failed in part has failed, but keeps the results of the others. */
function failureOf(total: number, failed: readonly { readonly input: string | null, readonly error: ErrorShape | null }[]): ErrorShape | null {
  if (failed.length === 0)
    return null
  const [first] = failed
  if (failed.length === total && total === 1 && first.error)
    return first.error
  return {
    code: 'inputs_failed',
    message: `${failed.length} of ${total} inputs failed. The first: ${first.error?.message ?? ''}`,
    details: { failed: failed.length, total },
    retryable: false,
  }
}

function unfinished(left: number): ErrorShape {
  return { code: 'internal', message: `The worker ended the job with ${left} inputs left. Retry it; if it happens again, report it with the event log.`, retryable: true }
}
