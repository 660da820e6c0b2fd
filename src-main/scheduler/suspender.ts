import type { WorkerPool } from '../runtime/workerPool'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import type { Ledger } from './ledger'
import { TrancheError } from '../contract/errors'

export interface SuspenderDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly pool: WorkerPool
  readonly wake: () => void
}

export type Suspender = ReturnType<typeof createSuspender>

/** Takes jobs off their slices at the end of a batch, and puts them back into their queue. */
export function createSuspender({ store, ledger, pool, wake }: SuspenderDeps) {
  /** Running jobs that are to be suspended, and who waits for it. */
  const asked = new Map<string, (() => void)[]>()

  ledger.onChanged(({ id, state }) => {
    // Its worker died before it could leave off: the job is back in the queue with the results it has.
    if (asked.has(id) && state === 'queued')
      ledger.change(id, job => ledger.apply(job, { type: 'suspended' }))
    else if (state !== 'running')
      done(id)
  })

  function done(jobId: string): void {
    const waiting = asked.get(jobId) ?? []
    asked.delete(jobId)
    waiting.forEach(tell => tell())
  }

  return {
    /** Resolves once the job has left its slice, or ended before. Throws `conflict` for one that has ended. */
    async suspend(job: JobRow): Promise<void> {
      if (job.state === 'queued')
        return void ledger.change(job.id, current => ledger.apply(current, { type: 'suspended' }))
      const lease = store.leases.liveOf(job.id)
      if (job.state !== 'running' || !lease)
        throw new TrancheError('conflict', `Job ${job.id} is ${job.state} and cannot be suspended.`, { details: { state: job.state } })
      const left = new Promise<void>(resolve => asked.set(job.id, [...asked.get(job.id) ?? [], resolve]))
      pool.yieldJob(lease.sliceIds[0], lease.epoch)
      await left
    },

    /** Puts it back into its queue. Returns the job as it is then. */
    resume(job: JobRow): JobRow | undefined {
      const resumed = ledger.change(job.id, current => ledger.apply(current, { type: 'resumed' }))
      wake()
      return resumed
    },

    /** The job is with another worker now: it is asked to leave off there. */
    follow(jobId: string): void {
      const lease = store.leases.liveOf(jobId)
      if (asked.has(jobId) && lease)
        pool.yieldJob(lease.sliceIds[0], lease.epoch)
    },

    isAsked: (jobId: string): boolean => asked.has(jobId),
  }
}
