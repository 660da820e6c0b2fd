import type { LabCapacity, LabSlice } from '../broker/capacity'
import type { Catalog } from '../catalog/catalog'
import type { ErrorShape } from '../contract/errors'
import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import type { Ledger } from './ledger'
import type { StartDeps } from './startWorker'
import { grant, jobHolder } from '../broker/grant'
import { toErrorShape } from '../contract/errors'
import { isEnded } from './jobState'
import { plan } from './plan'
import { exportResults, removeStrayResults } from './resultFiles'
import { prepareResults, startWorker } from './startWorker'

export interface DispatcherDeps extends StartDeps {
  readonly ledger: Ledger
  /** False for a lab that starts nothing. */
  readonly runJobs: boolean
  readonly catalog: Pick<Catalog, 'files' | 'pull'>
  readonly isModelReady: (model: string) => boolean
  readonly capacity: () => LabCapacity
  /** Makes a part of a device in shared mode, within a transaction, and returns it as a slice to run on. */
  readonly makePart: (device: string, profile: string) => LabSlice
  readonly nowMs: () => number
  readonly onFault: (message: string, thrown: unknown) => void
}

export type Dispatcher = ReturnType<typeof createDispatcher>

/** The loop: looks at the queue whenever something changed, plans, and carries the decisions out. */
export function createDispatcher(deps: DispatcherDeps) {
  const { store, ledger, jobsDir } = deps
  const waiting = new Map<string, string>()
  const finishing = new Set<Promise<void>>()
  const fetching = new Set<string>()
  let isAwake = false
  let isClosed = !deps.runJobs

  function wake(): void {
    if (isAwake || isClosed)
      return
    isAwake = true
    setImmediate(() => {
      isAwake = false
      if (!isClosed)
        step()
    })
  }

  function step(): void {
    const queue = store.jobs.inState('queued')
    waiting.clear()
    if (queue.length === 0)
      return
    const { slices, pools } = deps.capacity()
    const decisions = plan({
      queue: queue.map(job => ({ id: job.id, profile: job.profile, device: job.deviceId, need: job.need, leastMiB: job.leastMiB, modelReady: deps.isModelReady(job.model) })),
      slices,
      pools,
    })
    for (const decision of decisions) {
      const job = queue.find(({ id }) => id === decision.job)
      if (decision.type === 'wait') {
        waiting.set(decision.job, decision.why)
        if (job && !deps.isModelReady(job.model))
          fetchModel(job.model)
      }
      else if (decision.type === 'part') {
        if (job)
          attempt(job.id, () => start(job, () => deps.makePart(decision.device, decision.profile)))
      }
      else {
        const slice = slices.find(({ id }) => id === decision.slice)
        if (job && slice)
          attempt(job.id, () => start(job, () => slice))
      }
    }
  }

  /** Lease, state and event in one transaction; only then does the worker hear of it. */
  function start(queued: JobRow, take: () => LabSlice, duringChange = false): void {
    prepareResults(jobsDir, queued.id)
    const started = ledger.change(queued.id, (current) => {
      const slice = take()
      const lease = grant(store, [slice.row], jobHolder(queued.id), deps.nowMs(), duringChange)
      const job = ledger.apply(current, { type: 'started', slice: { id: slice.id, device: slice.device, profile: slice.profile, start: slice.start, size: slice.row.size } })
      return { job, lease, slice }
    })
    if (!started)
      return
    if (!startWorker(deps, started.job, started.slice, started.lease.epoch, false))
      finish(queued.id)
  }

  /** Fetches the model that jobs wait for, once however many do; if it cannot be had, they fail with the reason. */
  function fetchModel(model: string): void {
    if (fetching.has(model))
      return
    fetching.add(model)
    deps.catalog.pull(model)
      .catch((thrown: unknown) => {
        if (isClosed)
          return
        for (const job of store.jobs.inState('queued').filter(queued => queued.model === model))
          attempt(job.id, () => end(job.id, toErrorShape(thrown)))
      })
      .finally(() => {
        fetching.delete(model)
        wake()
      })
  }

  /** Every input has its result: copies them out if asked to, then ends the job. */
  function finish(jobId: string): void {
    const job = store.jobs.get(jobId)
    if (job?.state !== 'running')
      return
    const items = store.items.ofJob(jobId)
    const left = items.filter(({ state }) => state === 'pending').length
    const copying = copyOut(job, items)
      .then(
        () => ({ error: left > 0 ? unfinished(left) : failureOf(items.length, items.filter(({ state }) => state === 'failed')), exported: true }),
        (thrown: unknown) => ({ error: toErrorShape(thrown), exported: false }),
      )
      .then(({ error, exported }) => attempt(jobId, () => end(jobId, error, exported)))
      .then(() => removeStrayResults(jobsDir, jobId, items))
      .catch((thrown: unknown) => deps.onFault(`after the end of ${jobId}`, thrown))
      .finally(() => {
        finishing.delete(copying)
        wake()
      })
    finishing.add(copying)
  }

  async function copyOut({ id, outDir }: JobRow, items: readonly ItemRow[]): Promise<void> {
    if (outDir !== null)
      await exportResults(id, items, jobsDir, outDir)
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

  function fault(jobId: string, thrown: unknown): void {
    deps.onFault(`job ${jobId}`, thrown)
    try {
      ledger.change(jobId, (job) => {
        if (isEnded(job))
          return
        const lease = store.leases.liveOf(jobId)
        const isStopping = lease !== undefined && deps.pool.cancel(lease.sliceIds[0], lease.epoch)
        // While its worker still computes, the slice stays leased.
        ledger.endTurn(job, isStopping ? undefined : lease, { type: 'finished', error: toErrorShape(thrown) })
      })
    }
    catch (again) {
      // Not even the failure can be written down. The job stays as it is on disk: the next start takes it up again.
      deps.onFault(`job ${jobId} could not be ended`, again)
    }
  }

  /** Takes the slice from a running job, which goes back to its queue with the results it has. */
  function revoke(jobId: string): void {
    const lease = store.leases.liveOf(jobId)
    if (!lease)
      return
    if (deps.pool.stop(lease.sliceIds[0]))
      return
    ledger.change(jobId, (job) => {
      if (job.state === 'running')
        ledger.endTurn(job, lease, { type: 'requeued', why: 'revoked' })
    })
    wake()
  }

  return {
    wake,
    /** Starts a queued job on a certain slice of a device whose layout is being changed. */
    startOn: (job: JobRow, slice: LabSlice): void => attempt(job.id, () => start(job, () => slice, true)),
    finish,
    fault,
    revoke,
    /** Why a queued job waits, as of the last look; null if it was not looked at yet. */
    waitingFor: (jobId: string): string | null => waiting.get(jobId) ?? null,
    /** Resolves once every job that has all its results is ended. */
    settled: async (): Promise<void> => void await Promise.all(finishing),
    /** Starts nothing more; resolves once what was being ended is. */
    close: async (): Promise<void> => {
      isClosed = true
      await Promise.all(finishing)
    },
  }
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
