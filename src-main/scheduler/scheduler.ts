import type { Holdings } from '../broker/holdings'
import type { Requests } from '../runtime/requests'
import type { Alarm } from '../time/alarm'
import type { DispatcherDeps } from './dispatcher'
import type { CatalogNames } from './submission'
import { TrancheError } from '../contract/errors'
import { createRequests } from '../runtime/requests'
import { createBell } from './bell'
import { createBook } from './book'
import { followClock } from './clockJumps'
import { createDispatcher } from './dispatcher'
import { eligibility } from './eligibility'
import { createEndings } from './endings'
import { createEvictor } from './evictor'
import { heldBy } from './held'
import { createIntake } from './intake'
import { createJobMover } from './jobMover'
import { createJobQueryService } from './jobQueryService'
import { createJobService } from './jobService'
import { isEnded } from './jobState'
import { createMover } from './mover'
import { createMoveService } from './moveService'
import { placeBefore } from './placeBefore'
import { createQueueService } from './queueService'
import { createRegistry } from './registry'
import { createSettingsService } from './settingsService'
import { createSuspender } from './suspender'
import { takeSnapshot } from './takeSnapshot'
import { createTenantService } from './tenantService'
import { createTimelineService } from './timelineService'
import { createUseBook } from './useBook'
import { createWhyService } from './whyService'
import { createWindowService } from './windowService'
import { createWorkerReports } from './workerReports'

export interface SchedulerDeps extends Omit<DispatcherDeps, 'book' | 'snapshot' | 'account' | 'evictor' | 'mover' | 'endings'> {
  readonly models: CatalogNames
  readonly changes: Parameters<typeof createTenantService>[0]['changes']
  readonly isModelReady: (model: string) => boolean
  readonly holdings: () => Holdings
  readonly alarm: Alarm
}

export type Scheduler = ReturnType<typeof createScheduler>

/** Everything that happens to jobs, wired together. The pool's reports go to `reports`. */
export function createScheduler({ models, changes, isModelReady, holdings, ...deps }: SchedulerDeps) {
  const { store, ledger, pool, nowMs, capacity } = deps
  const registry = createRegistry(store)
  const book = createBook({
    nowMs,
    rankOf: queueId => registry.queue(queueId)?.terms.rank ?? 0,
    agingMs: () => registry.settings().agingMs,
    eligibility: (job, atMs) => eligibility(job, { dependencies: store.dependencies.states(job.id), modelReady: isModelReady(job.model), queue: registry.queue(job.queueId)?.terms.state ?? 'open', queueName: registry.queue(job.queueId)?.name ?? job.queueId }, atMs),
    dependentsOf: store.dependencies.dependentsOf,
  })
  const held = () => heldBy(book.running(), capacity(), holdings())
  const uses = createUseBook({ store, nowMs, halfLifeMs: () => registry.settings().halfLifeMs, held })
  const bell = createBell()
  const wake = bell.ring
  const windows = createWindowService({ store, registry, changes, nowMs, onChanged: wake })
  const endings = createEndings({ ...deps, wake })
  const evictor = createEvictor({ store, ledger, pool })
  const suspender = createSuspender({ store, ledger, pool, wake })
  const mover = createMover({ ...deps, finish: endings.finishAtOnce, wake })
  const dispatcher = createDispatcher({
    ...deps,
    book,
    evictor,
    mover,
    endings,
    account: uses.look,
    snapshot: atMs => takeSnapshot({
      book,
      registry,
      uses,
      capacity,
      devices: store.devices.all,
      windows: windows.planned,
      holdingOf: jobId => holdings().ofHolder.get(jobId),
      isLeaving: jobId => evictor.isAsked(jobId) || suspender.isAsked(jobId) || mover.movingTo(jobId) !== null,
    }, atMs),
  })
  bell.onRing(dispatcher.wake)
  const requests: Requests = createRequests({
    send(jobId, request, inputs) {
      const lease = store.leases.liveOf(jobId)
      return lease !== undefined && pool.infer(lease.sliceIds[0], lease.epoch, request, inputs)
    },
  })
  const reports = createWorkerReports({ ...deps, finish: endings.finish, wake, mover, suspender, evictor, onAnswers: ({ jobId, answers }) => answers.forEach(({ request, answer }) => requests.answered(jobId, request, answer)), onLoaded: requests.moved, onFault: endings.fault })
  const whys = createWhyService({ store, book, lastLook: dispatcher.lastLook, nowMs })
  const intake = createIntake({ store, ledger, registry, book, catalog: models, capacity, nowMs, wake })
  const jobs = createJobService({
    ...deps,
    intake,
    wake,
    mover,
    suspender,
    requests,
    book,
    registry,
    waitingFor: whys.waitingFor,
    namesOf: ({ tenantId, queueId }) => ({ tenant: registry.pathOf(tenantId), queue: registry.queue(queueId)?.name ?? queueId, priorityClass: registry.queue(queueId)?.terms.priorityClass ?? 'normal' }),
    placeBefore: (job, before) => placeBefore(book, registry, job, before),
  })
  const reordered = () => {
    book.placeAll()
    wake()
  }
  const moves = createMoveService({ store, mover, capacity })
  ledger.onChanged((job) => {
    book.put(job)
    // While it is queued or moved its requests wait for the worker that takes it up.
    if (job.serving && (isEnded(job) || job.state === 'suspended'))
      requests.ended(job.id, new TrancheError('conflict', `Job ${job.id} is ${job.state} and answers no requests.`))
  })
  deps.alarm.onRing(wake)

  return {
    dispatcher,
    endings,
    mover,
    suspender,
    reports,
    wake,
    jobs,
    moves,
    windows,
    whys,
    registry,
    jobMover: createJobMover({ store, dispatcher, mover, moves, suspender, capacity }),
    queries: createJobQueryService({ store, ledger, registry, jobs, summary: jobs.summary }),
    tenants: createTenantService({ store, registry, book, uses, held, changes, nowMs, onChanged: reordered }),
    queues: createQueueService({ store, registry, book, changes, nowMs, onChanged: reordered }),
    settings: createSettingsService({ store, registry, changes, nowMs, onChanged: () => {
      uses.reload()
      reordered()
    } }),
    timelines: createTimelineService({ store, book, registry, capacity, windows: windows.planned, lastLook: dispatcher.lastLook, nowMs }),
    /** Models may be here that were not. */
    modelsChanged(): void {
      book.wakeUp((_job, { reason }) => reason === 'model')
      wake()
    },
    /** The clock was set, or the host slept. */
    followClock(byMs: number): void {
      followClock(store, ledger, book, byMs, nowMs())
      wake()
    },
    /** Takes up every job that has not ended, at the start. */
    load(): void {
      store.jobs.unfinished().forEach(book.put)
      uses.look()
    },
    async close(): Promise<void> {
      evictor.close()
      dispatcher.close()
      await endings.settled()
      uses.close()
    },
  }
}
