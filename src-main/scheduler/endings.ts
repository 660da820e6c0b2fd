import type { ErrorShape } from '../contract/errors'
import type { WorkerPool } from '../runtime/workerPool'
import type { JobRow } from '../store/jobs'
import type { LeaseRow } from '../store/leases'
import type { Store } from '../store/store'
import type { Ledger } from './ledger'
import { toErrorShape } from '../contract/errors'
import { expiry } from './expiry'
import { isEnded } from './jobState'
import { hadEarlierTurns, outcomeOf } from './outcome'
import { exportResults, removeStrayResults } from './resultFiles'

export interface EndingsDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly pool: WorkerPool
  readonly jobsDir: string
  /** A slice may be free, or a job back in the queue. */
  readonly wake: () => void
  readonly onFault: (message: string, thrown: unknown) => void
}

export type Endings = ReturnType<typeof createEndings>

/** How jobs end: with all their results, with a failure, because their time is over, or off their slice and back to the queue. */
export function createEndings({ store, ledger, pool, jobsDir, wake, onFault }: EndingsDeps) {
  const finishing = new Set<Promise<void>>()

  /** Ends a job whose time is over. While its worker still computes, the slice stays leased. */
  function expire(jobId: string, rule: 'deadline' | 'run-time'): void {
    ledger.change(jobId, (job) => {
      if (!isEnded(job))
        endBefore(job, expiry(job, rule))
    })
    wake()
  }

  /** Removes what workers wrote that lost their lease before it was committed. */
  const tidy = (jobId: string): Promise<void> => removeStrayResults(jobsDir, jobId, store.items.ofJob(jobId))

  /** Within a transaction: every input has its result. The job ends at once, or once they are copied to where it asked for. */
  function finish(job: JobRow, lease: LeaseRow | undefined): void {
    if (job.outDir !== null)
      return ledger.afterwards(() => track(copyOut(job.id, job.outDir)))
    ledger.endTurn(job, lease, { type: 'finished', error: outcomeOf(store, job) })
    if (hadEarlierTurns(job))
      ledger.afterwards(() => track(tidy(job.id)))
  }

  async function copyOut(jobId: string, outDir: string | null): Promise<void> {
    const items = store.items.ofJob(jobId)
    const failed = outDir === null ? null : await exportResults(jobId, items, jobsDir, outDir).then(() => null, toErrorShape)
    attempt(jobId, () => ledger.change(jobId, (job) => {
      if (job.state === 'running')
        ledger.endTurn(job, store.leases.liveOf(jobId), { type: 'finished', error: failed ?? outcomeOf(store, job), exported: failed === null })
    }))
    await removeStrayResults(jobsDir, jobId, items)
    wake()
  }

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((thrown: unknown) => onFault('after the end of a job', thrown))
      .finally(() => finishing.delete(tracked))
    finishing.add(tracked)
  }

  /** A job that was started and turned out to have all its results already. */
  function finishAtOnce(jobId: string): void {
    ledger.change(jobId, (job) => {
      if (job.state === 'running')
        finish(job, store.leases.liveOf(jobId))
    })
    wake()
  }

  function end(jobId: string, error: ErrorShape | null, exported = true): void {
    ledger.change(jobId, (job) => {
      if (job.state === 'running' || job.state === 'queued')
        ledger.endTurn(job, store.leases.liveOf(jobId), { type: 'finished', error, exported })
    })
  }

  /** What fails here fails the job, with the reason, and leaves the loop running for the others. */
  function attempt(jobId: string, action: () => void): void {
    try {
      action()
    }
    catch (thrown) {
      fault(jobId, thrown)
    }
  }

  /** Within a transaction: the job ends while its worker may still be at it. */
  function endBefore(job: JobRow, error: ErrorShape): void {
    const lease = store.leases.liveOf(job.id)
    const isStopping = lease !== undefined && pool.cancel(lease.sliceIds[0], lease.epoch)
    ledger.endTurn(job, isStopping ? undefined : lease, { type: 'finished', error })
  }

  function fault(jobId: string, thrown: unknown): void {
    onFault(`job ${jobId}`, thrown)
    try {
      ledger.change(jobId, (job) => {
        if (!isEnded(job))
          endBefore(job, toErrorShape(thrown))
      })
    }
    catch (again) {
      // Not even the failure can be written down. The job stays as it is on disk: the next start takes it up again.
      onFault(`job ${jobId} could not be ended`, again)
    }
  }

  /** Takes the slice from a running job, which goes back to its queue with the results it has. */
  function revoke(jobId: string): void {
    const lease = store.leases.liveOf(jobId)
    if (!lease)
      return
    if (pool.stop(lease.sliceIds[0]))
      return
    ledger.change(jobId, (job) => {
      if (job.state === 'running')
        ledger.endTurn(job, lease, { type: 'requeued', why: 'revoked' })
    })
    wake()
  }

  return {
    attempt,
    finish,
    finishAtOnce,
    end,
    expire,
    fault,
    revoke,
    /** Resolves once every job that has all its results is ended. */
    settled: async (): Promise<void> => void await Promise.all(finishing),
  }
}
