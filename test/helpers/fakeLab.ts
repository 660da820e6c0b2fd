import type { LabHost } from '../../src-main/broker/capacity'
import type { JournalDeps } from '../../src-main/broker/layoutJournal'
import type { RunRequest } from '../../src-main/runtime/protocol'
import type { WorkerPool } from '../../src-main/runtime/workerPool'
import type { StatePaths } from '../../src-main/store/stateDir'
import { labPart } from '../../src-main/broker/capacity'
import { createHoldings } from '../../src-main/broker/holdings'
import { createLayoutJournal } from '../../src-main/broker/layoutJournal'
import { createLayoutService } from '../../src-main/broker/layoutService'
import { createLeaseService } from '../../src-main/broker/leaseService'
import { createCapacity } from '../../src-main/broker/liveCapacity'
import { makePart } from '../../src-main/broker/takeCut'
import { createDeviceService } from '../../src-main/inventory/deviceService'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { createLedger } from '../../src-main/scheduler/ledger'
import { createScheduler } from '../../src-main/scheduler/scheduler'
import { rulesOf } from '../../src-main/slicing/rules'
import { openStore } from '../../src-main/store/store'
import { createChanges } from '../../src-main/telemetry/changes'
import { createAlarm } from '../../src-main/time/alarm'

export const gpus = readGpuTables(resourcesDir())

/** What a slice's worker was told, for the test to answer as it would. */
export interface FakeWorker {
  readonly request: RunRequest
  /** It was told to begin, or never had to wait. */
  isBegun: boolean
  isYielding: boolean
}

/** A pool that starts no process: it keeps what each slice was told to do. */
export function fakePool() {
  const running = new Map<string, FakeWorker>()
  const cancelled = new Set<number>()
  const worker = (sliceId: string, epoch: number) => running.get(sliceId)?.request.epoch === epoch ? running.get(sliceId) : undefined
  const pool: WorkerPool = {
    spatialMeans: 'turns',
    listen: () => {},
    run: (slice, request) => void running.set(slice.id, { request, isBegun: !request.hold, isYielding: false }),
    go(sliceId, { epoch }) {
      const held = worker(sliceId, epoch)
      if (held)
        held.isBegun = true
    },
    yieldJob(sliceId, epoch) {
      const present = worker(sliceId, epoch)
      if (present)
        present.isYielding = true
      return present !== undefined
    },
    cancel: (sliceId, epoch) => {
      const has = worker(sliceId, epoch) !== undefined
      if (has)
        cancelled.add(epoch)
      return has
    },
    infer: () => false,
    stop: sliceId => running.has(sliceId),
    keepOnly: () => {},
    use: () => [],
    close: async () => {},
  }
  return { pool, running, cancelled }
}

/** The real store, ledger, dispatcher and job service over a state folder, with a fake pool and a clock of its own. */
export function wireLab(paths: StatePaths, options: { readonly faults?: unknown[], readonly cutterOf?: JournalDeps['cutterOf'] } = {}) {
  let now = 1_000_000
  const nowMs = () => ++now
  const store = openStore(paths)
  const changes = createChanges(() => store.events.lastSeq())
  const ledger = createLedger({ store, nowMs, changes })
  const tablesFor = () => gpus
  const host: LabHost = { cores: 2, spatialMeans: 'turns', cudaInstalled: false, tablesFor }
  const holdings = createHoldings(store)
  const capacity = createCapacity(store, host, holdings)
  const devices = createDeviceService({ store, gpus, tablesFor, cpu: { model: 'Test CPU', cores: 2, memoryMiB: 8192 }, cudaInstalled: false, nowMs, changes })
  devices.syncHardware([])
  const { pool, running, cancelled } = fakePool()
  const scheduler = createScheduler({
    store,
    ledger,
    jobsDir: paths.jobs,
    optimisedDir: null,
    pool,
    runJobs: true,
    catalog: { files: () => ({ model: '/models/m.onnx' }), pull: async () => {} },
    models: { defaultModel: () => 'm', recipeOf: () => 'tensor', ids: () => ['m'], leastMiB: async () => null },
    isEntry: () => true,
    isModelReady: () => true,
    environment: () => ({}),
    capacity,
    holdings,
    alarm: createAlarm({ nowMs, check: () => {}, onJump: () => {} }),
    makePart(id, profile) {
      const device = devices.get(id)
      return labPart(device, makePart({ store, tablesFor, nowMs }, device, profile), host)
    },
    nowMs,
    changes,
    onFault: (_what, thrown) => options.faults?.push(thrown),
  })
  scheduler.load()
  const { dispatcher, endings, reports, jobs, moves, jobMover, mover, suspender } = scheduler
  const leases = createLeaseService({ store, tablesFor, nowMs, changes, wake: dispatcher.wake, revokeJob: endings.revoke })
  const journal = createLayoutJournal({ store, nowMs, cutterOf: options.cutterOf ?? (() => null), rulesFor: (device, layout) => rulesOf({ ...device, ...layout }, gpus), jobs: jobMover, onProgress: changes.devices })
  const layouts = createLayoutService({ store, tablesFor, indexOf: () => 0, devices, journal, changes, nowMs, onChanged: dispatcher.wake })
  /** Lets time pass. */
  const wait = (ms: number) => void (now += ms)
  return { store, ledger, devices, scheduler, endings, dispatcher, reports, jobs, moves, mover, suspender, leases, layouts, running, cancelled, changes, capacity, nowMs, wait }
}

/** Lets everything that was put off to the next turns of the event loop happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++)
    await new Promise(resolve => setImmediate(resolve))
}
