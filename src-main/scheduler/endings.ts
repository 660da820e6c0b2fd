import type { ErrorShape } from '../contract/errors'
import type { WorkerPool } from '../runtime/workerPool'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Ledger } from './ledger'
import { toErrorShape } from '../contract/errors'
import { expiry } from './expiry'
import { finishJob } from './finishJob'
import { isEnded } from './jobState'

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

  /** Every input has its result: copies them out if asked to, then ends the job. */
  function finish(jobId: string): void {
    const job = store.jobs.get(jobId)
    if (job?.state !== 'running')
      return
    const ending = finishJob(store, jobsDir, job, (error, exported) => attempt(jobId, () => end(jobId, error, exported)))
      .catch((thrown: unknown) => onFault(`after the end of ${jobId}`, thrown))
      .finally(() => {
        finishing.delete(ending)
        wake()
      })
    finishing.add(ending)
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
    end,
    expire,
    fault,
    revoke,
    /** Resolves once every job that has all its results is ended. */
    settled: async (): Promise<void> => void await Promise.all(finishing),
  }
}
