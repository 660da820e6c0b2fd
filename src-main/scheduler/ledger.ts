import type { ErrorShape } from '../contract/errors'
import type { JobRow } from '../store/jobs'
import type { LeaseRow } from '../store/leases'
import type { Store } from '../store/store'
import type { Changes } from '../telemetry/changes'
import type { JobEvent } from './jobState'
import { release } from '../broker/grant'
import { transition } from './jobState'
import { retryAt } from './retry'

export interface LedgerDeps {
  readonly store: Store
  readonly nowMs: () => number
  readonly changes: Changes
}

interface Pending {
  readonly outer: Pending | null
  readonly jobs: Map<string, JobRow>
  /** Rows that are on their way to the disk already. */
  readonly inserted: Set<JobRow>
  readonly effects: (() => void)[]
}

/** Why a job is done with, for the better or the worse. */
type Finish = Extract<JobEvent, { type: 'finished' }>

/**
 * Writes what happens to jobs: state, lease and event in one transaction, then word of it to the listeners. Everything
 * that changes a job goes through here.
 */
export function createLedger({ store, nowMs, changes }: LedgerDeps) {
  const listeners: ((job: JobRow) => void)[] = []
  /** What the transaction under way has changed, and what follows from it. */
  let pending: Pending | null = null

  /** A job that changes several times in one transaction is written once, at its end. */
  function keep(job: JobRow): void {
    if (pending)
      pending.jobs.set(job.id, job)
    else
      store.jobs.update(job)
  }

  function current(jobId: string): JobRow | undefined {
    for (let level = pending; level; level = level.outer) {
      const job = level.jobs.get(jobId)
      if (job)
        return job
    }
    return store.jobs.get(jobId)
  }

  /** Within a transaction: the job after the event, written and logged. */
  function apply(job: JobRow, event: JobEvent): JobRow {
    const next = transition(job, event, nowMs())
    const { type, ...data } = event
    store.events.append(nowMs(), `job.${type}`, job.id, data)
    keep(next)
    return next
  }

  /**
   * Runs a change of any number of jobs in one transaction, which is on disk when this returns; then tells of it. Within
   * another it is a part of that one, and what it throws takes back its own part alone.
   */
  function commit<T>(run: () => T, flushed = true): T {
    const outer = pending
    const own: Pending = { outer, jobs: new Map(), inserted: new Set(), effects: [] }
    pending = own
    try {
      const answer = (flushed ? store.write : store.writeUnflushed)(() => {
        own.jobs.clear()
        own.inserted.clear()
        own.effects.length = 0
        const answer = run()
        if (!outer)
          own.jobs.forEach(job => own.inserted.has(job) || store.jobs.update(job))
        return answer
      })
      pending = outer
      if (outer) {
        own.jobs.forEach((job, id) => outer.jobs.set(id, job))
        own.inserted.forEach(job => outer.inserted.add(job))
        outer.effects.push(...own.effects)
      }
      else {
        tell(own)
      }
      return answer
    }
    catch (thrown) {
      pending = outer
      throw thrown
    }
  }

  function tell({ jobs, effects }: Pending): void {
    for (const job of jobs.values()) {
      changes.job(job.id)
      listeners.forEach(listener => listener(job))
    }
    effects.forEach(effect => effect())
  }

  /** A failure is not the end of a job that is to be tried again: its failed inputs are pending once more. */
  function finish(job: JobRow, event: Finish): JobRow {
    const retryAtMs = event.error && retryAt(job, event.error, nowMs())
    if (!event.error || retryAtMs === null)
      return apply(job, event)
    store.items.retryFailed(job.id)
    store.carries.set(job.id, null)
    return apply(job, { type: 'retried', error: event.error as ErrorShape, notBeforeMs: retryAtMs as number })
  }

  return {
    nowMs,
    /** A job as it is within the transaction under way; as it is on disk where there is none. */
    current,
    apply,
    commit,
    /** Does what follows from a change once it is on disk; at once where no transaction is under way. */
    afterwards(effect: () => void): void {
      if (pending)
        pending.effects.push(effect)
      else
        effect()
    },
    /** Called after each change of a job, once it is on disk, with the job as it is then. */
    onChanged: (listener: (job: JobRow) => void): void => void listeners.push(listener),
    /** Runs one change of a job, as it is in the database now, in a transaction that is on disk when this returns. */
    change<T>(jobId: string, run: (job: JobRow) => T): T | undefined {
      const answer = commit(() => {
        const job = current(jobId)
        return job && run(job)
      })
      changes.job(jobId)
      return answer
    },
    /** Within a transaction: writes a new job, and tells of it after the commit. */
    insert(job: JobRow): void {
      store.jobs.insert(job)
      pending?.jobs.set(job.id, job)
      pending?.inserted.add(job)
    },
    /** Within a transaction: writes what is not an event of the job itself, and tells of it after the commit. */
    write(job: JobRow): void {
      keep(job)
    },
    /** Within a transaction: the job's turn on its slice is over. One that failed and may be tried again goes back to its queue. */
    endTurn(job: JobRow, lease: LeaseRow | undefined, event: JobEvent): JobRow {
      if (lease)
        release(store, lease, event.type === 'requeued' ? event.why : event.type, nowMs())
      return event.type === 'finished' ? finish(job, event) : apply(job, event)
    },
    release: (lease: LeaseRow, why: string): void => release(store, lease, why, nowMs()),
  }
}

export type Ledger = ReturnType<typeof createLedger>
