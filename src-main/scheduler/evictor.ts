import type { Rule } from '../contract/model'
import type { WorkerPool } from '../runtime/workerPool'
import type { Store } from '../store/store'
import type { JobEvent } from './jobState'
import type { Ledger } from './ledger'

/** How long a job may take to its batch's end before its worker is ended: what it has not reported is done again. */
const graceMs = 10_000

export interface EvictorDeps {
  readonly store: Store
  readonly ledger: Ledger
  readonly pool: WorkerPool
}

export interface Eviction {
  /** The job that gets the slice; null where it is kept for nobody in particular. */
  readonly by: string | null
  readonly rule: Rule
}

export type Evictor = ReturnType<typeof createEvictor>

/** Asks running jobs to leave their slices for others. They go back to their place in line with the results they have. */
export function createEvictor({ store, ledger, pool }: EvictorDeps) {
  const asked = new Map<string, Eviction & { readonly timer: NodeJS.Timeout }>()

  ledger.onChanged(({ id, state }) => {
    if (state !== 'running')
      forget(id)
  })

  function forget(jobId: string): void {
    clearTimeout(asked.get(jobId)?.timer)
    asked.delete(jobId)
  }

  return {
    evict(jobId: string, eviction: Eviction): void {
      const lease = store.leases.liveOf(jobId)
      if (!lease || asked.has(jobId))
        return
      const [sliceId] = lease.sliceIds
      const timer = setTimeout(() => pool.stop(sliceId), graceMs).unref()
      asked.set(jobId, { ...eviction, timer })
      // Both sides see it, whenever they look.
      ledger.commit(() => {
        store.events.append(ledger.nowMs(), 'job.asked-to-leave', jobId, { rule: eviction.rule, by: eviction.by })
        if (eviction.by !== null)
          store.events.append(ledger.nowMs(), 'job.makes-way', eviction.by, { rule: eviction.rule, victim: jobId })
      })
      pool.yieldJob(sliceId, lease.epoch)
    },
    isAsked: (jobId: string): boolean => asked.has(jobId),
    /** How a job that left its slice goes back to its queue. */
    requeued(jobId: string): JobEvent {
      const eviction = asked.get(jobId)
      return eviction ? { type: 'requeued', why: 'preempted', rule: eviction.rule, by: eviction.by } : { type: 'requeued', why: 'displaced' }
    },
    close: (): void => [...asked.keys()].forEach(forget),
  }
}
