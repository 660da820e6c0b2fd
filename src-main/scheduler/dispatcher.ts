import type { LabCapacity, LabSlice } from '../broker/capacity'
import type { Catalog } from '../catalog/catalog'
import type { Rule } from '../contract/model'
import type { JobRow } from '../store/jobs'
import type { Alarm } from '../time/alarm'
import type { Book } from './book'
import type { Endings } from './endings'
import type { Evictor } from './evictor'
import type { Ledger } from './ledger'
import type { Mover } from './mover'
import type { Decision, Plan, Snapshot } from './plan/snapshot'
import type { StartDeps } from './startWorker'
import { grant, jobHolder } from '../broker/grant'
import { toErrorShape, TrancheError } from '../contract/errors'
import { plan } from './plan/plan'
import { startWorker } from './startWorker'

export interface DispatcherDeps extends StartDeps {
  readonly ledger: Ledger
  /** False for a lab that starts nothing. */
  readonly runJobs: boolean
  readonly catalog: Pick<Catalog, 'files' | 'pull'>
  readonly capacity: () => LabCapacity
  /** Makes a part of a device in shared mode, within a transaction, and returns it as a slice to run on. */
  readonly makePart: (device: string, profile: string) => LabSlice
  readonly book: Book
  readonly snapshot: (nowMs: number) => Snapshot
  /** Counts what was used until now. */
  readonly account: () => void
  readonly evictor: Evictor
  readonly mover: Mover
  readonly endings: Endings
  readonly alarm: Alarm
  readonly nowMs: () => number
  readonly onFault: (message: string, thrown: unknown) => void
}

export type Dispatcher = ReturnType<typeof createDispatcher>

type Start = Extract<Decision, { type: 'start' | 'part' }>
interface Started { readonly job: JobRow, readonly slice: LabSlice, readonly epoch: number }

/** The loop: looks at the queue whenever something changed, plans, and carries the decisions out. */
export function createDispatcher(deps: DispatcherDeps) {
  const { store, ledger, book, nowMs } = deps
  const { attempt, fault, finishAtOnce, end, expire } = deps.endings
  const fetching = new Set<string>()
  let last: { readonly snapshot: Snapshot, readonly plan: Plan } | null = null
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
    deps.account()
    const now = nowMs()
    book.wakeUp((_job, { untilMs }) => untilMs !== null && untilMs <= now)
    let soonestMs: number | null = null
    for (const [jobId, { reason, untilMs, fails }] of [...book.allAsleep()]) {
      if (fails) {
        attempt(jobId, () => end(jobId, fails))
        // Others may have waited for this one.
        wake()
      }
      else if (reason === 'model') {
        fetchModel(book.get(jobId)?.model)
      }
      if (untilMs !== null)
        soonestMs = Math.min(soonestMs ?? untilMs, untilMs)
    }
    const snapshot = deps.snapshot(now)
    const answer = plan(snapshot, now)
    last = { snapshot, plan: answer }
    carryOut(answer.decisions)
    deps.account()
    deps.alarm.set(earliest(answer.nextMs, soonestMs))
  }

  function carryOut(decisions: readonly Decision[]): void {
    startAll(decisions.filter((decision): decision is Start => decision.type === 'start' || decision.type === 'part'))
    for (const decision of decisions) {
      if (decision.type === 'expire')
        attempt(decision.job, () => expire(decision.job, decision.rule))
      else if (decision.type === 'preempt')
        attempt(decision.job, () => deps.evictor.evict(decision.job, { by: decision.for, rule: decision.rule }))
      else if (decision.type === 'move')
        moveAside(decision.job, decision.slice, decision.for, decision.rule)
    }
  }

  /**
   * Leases, states and events of all that start now in one transaction; only then do their workers hear of it. It need not be
   * flushed: after a power cut that takes it back the workers are gone too, and no epoch is given out twice.
   */
  function startAll(starts: readonly Start[]): void {
    if (starts.length === 0)
      return
    const slices = new Map(deps.capacity().slices.map(slice => [slice.id, slice]))
    const failed: [string, unknown][] = []
    const started = ledger.commit(() => starts.flatMap((decision) => {
      const places = decision.type === 'part' ? [{ job: decision.job, take: () => deps.makePart(decision.device, decision.profile) }] : decision.places.map(({ job, slice }) => ({ job, take: () => known(slices, slice) }))
      try {
        // Within the transaction a savepoint: what one cannot do takes nothing from the others, but a gang starts whole or not at all.
        return ledger.commit(() => places.map(({ job, take }) => startOne(job, take, decision.rule, false)))
      }
      catch (thrown) {
        if (toErrorShape(thrown).code === 'disk_full')
          throw thrown
        failed.push([places[0].job, thrown])
        return []
      }
    }), false)
    failed.forEach(([jobId, thrown]) => fault(jobId, thrown))
    started.forEach(tellWorker)
  }

  function startOne(jobId: string, take: () => LabSlice, rule: Rule, duringChange: boolean): Started {
    const queued = ledger.current(jobId)
    if (!queued)
      throw new TrancheError('not_found', `There is no job ${jobId}.`)
    const slice = take()
    const lease = grant(store, [slice.row], jobHolder(jobId), nowMs(), duringChange)
    const job = ledger.apply(queued, { type: 'started', slice: { id: slice.id, device: slice.device, profile: slice.profile, start: slice.start, size: slice.row.size }, rule })
    return { job, slice, epoch: lease.epoch }
  }

  function tellWorker({ job, slice, epoch }: Started): void {
    attempt(job.id, () => {
      if (!startWorker(deps, job, slice, epoch, false))
        finishAtOnce(job.id)
    })
  }

  function moveAside(jobId: string, sliceId: string, by: string | null, rule: Rule): void {
    const job = store.jobs.get(jobId)
    if (!job)
      return
    store.write(() => store.events.append(nowMs(), 'job.moved-aside', jobId, { rule, by, to: sliceId }))
    deps.mover.move(job, () => known(new Map(deps.capacity().slices.map(slice => [slice.id, slice])), sliceId)).catch((thrown: unknown) => deps.onFault(`job ${jobId} could not be moved aside`, thrown)).finally(wake)
  }

  /** Fetches the model that jobs wait for, once however many do; if it cannot be had, they fail with the reason. */
  function fetchModel(model: string | undefined): void {
    if (model === undefined || fetching.has(model))
      return
    fetching.add(model)
    deps.catalog.pull(model)
      .then(() => book.wakeUp((job, { reason }) => reason === 'model' && job.model === model))
      .catch((thrown: unknown) => {
        if (isClosed)
          return
        for (const [jobId, { reason }] of [...book.allAsleep()]) {
          if (reason === 'model' && book.get(jobId)?.model === model)
            attempt(jobId, () => end(jobId, toErrorShape(thrown)))
        }
      })
      .finally(() => {
        fetching.delete(model)
        wake()
      })
  }

  return {
    wake,
    /** Starts a queued job on a certain slice of a device whose layout is being changed. */
    startOn: (job: JobRow, slice: LabSlice): void => attempt(job.id, () => tellWorker(ledger.commit(() => startOne(job.id, () => slice, 'by-hand', true)))),
    /** The last look at the queue; null before the first. */
    lastLook: () => last,
    /** Starts nothing more. */
    close(): void {
      isClosed = true
      deps.alarm.set(null)
    },
  }
}

function known(slices: ReadonlyMap<string, LabSlice>, id: string): LabSlice {
  const slice = slices.get(id)
  if (!slice)
    throw new TrancheError('conflict', `Slice ${id} is gone.`, { retryable: true })
  return slice
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}
