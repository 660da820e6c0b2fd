import type { JobRow } from '../store/jobs'
import type { LeaseRow } from '../store/leases'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { JobEvent } from './jobState'
import { release } from '../broker/grant'
import { transition } from './jobState'

export interface LedgerDeps {
  readonly store: Store
  readonly nowMs: () => number
  readonly changes: Changes
}

/**
 * Writes what happens to jobs: state, lease and event in one transaction, then word of it to the listeners. Everything
 * that changes a job goes through here.
 */
export function createLedger({ store, nowMs, changes }: LedgerDeps) {
  const listeners: ((jobId: string) => void)[] = []

  /** Within a transaction: the job after the event, written and logged. */
  function apply(job: JobRow, event: JobEvent): JobRow {
    const next = transition(job, event, nowMs())
    store.jobs.update(next)
    const { type, ...data } = event
    store.events.append(nowMs(), `job.${type}`, job.id, data)
    return next
  }

  return {
    apply,
    /** Called after each change of a job, once it is on disk. */
    onChanged: (listener: (jobId: string) => void): void => void listeners.push(listener),
    /** Runs one change of a job, as it is in the database now, in a transaction that is on disk when this returns. */
    change<T>(jobId: string, run: (job: JobRow) => T): T | undefined {
      const answer = store.write(() => {
        const job = store.jobs.get(jobId)
        return job && run(job)
      })
      changes.job(jobId)
      listeners.forEach(listener => listener(jobId))
      return answer
    },
    /** Within a transaction: the job's turn on its slice is over. */
    endTurn(job: JobRow, lease: LeaseRow | undefined, event: JobEvent): JobRow {
      if (lease)
        release(store, lease, event.type, nowMs())
      return apply(job, event)
    },
    release: (lease: LeaseRow, why: string): void => release(store, lease, why, nowMs()),
  }
}

export type Ledger = ReturnType<typeof createLedger>
