import type { RunRequest } from '../../src-main/runtime/protocol'
import type { WorkerPool } from '../../src-main/runtime/workerPool'
import type { StatePaths } from '../../src-main/store/stateDir'
import { createDeviceService } from '../../src-main/inventory/deviceService'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { createDispatcher } from '../../src-main/scheduler/dispatcher'
import { createJobService } from '../../src-main/scheduler/jobService'
import { labSlices } from '../../src-main/scheduler/labSlices'
import { createLedger } from '../../src-main/scheduler/ledger'
import { createWorkerReports } from '../../src-main/scheduler/workerReports'
import { openStore } from '../../src-main/store/store'
import { createChanges } from '../../src-main/telemetry/changes'

export const gpus = readGpuTables(resourcesDir())

/** A pool that starts no process: it keeps what each slice was told to run, for the test to answer as a worker would. */
export function fakePool() {
  const running = new Map<string, RunRequest>()
  const cancelled = new Set<number>()
  const pool: WorkerPool = {
    listen: () => {},
    run: (slice, request) => void running.set(slice.id, request),
    cancel: (sliceId, epoch) => {
      const has = running.get(sliceId)?.epoch === epoch
      if (has)
        cancelled.add(epoch)
      return has
    },
    use: () => [],
    close: async () => {},
  }
  return { pool, running, cancelled }
}

/** The real store, ledger, dispatcher and job service over a state folder, with a fake pool and a clock of its own. */
export function wireLab(paths: StatePaths, options: { readonly faults?: unknown[] } = {}) {
  let now = 1_000_000
  const nowMs = () => ++now
  const store = openStore(paths)
  const changes = createChanges(() => store.events.lastSeq())
  const ledger = createLedger({ store, nowMs, changes })
  const host = { cores: 2, cudaInstalled: false }
  const devices = createDeviceService({ store, gpus, cpu: { model: 'Test CPU', cores: 2, memoryMiB: 8192 }, cudaInstalled: false, nowMs, changes })
  devices.syncHardware({ found: false, detail: 'none' })
  const { pool, running, cancelled } = fakePool()
  const dispatcher = createDispatcher({
    store,
    ledger,
    jobsDir: paths.jobs,
    pool,
    runJobs: true,
    catalog: { files: () => ({ model: '/models/m.onnx' }), pull: async () => {} },
    isEntry: () => true,
    isModelReady: () => true,
    slices: () => labSlices(store, host),
    nowMs,
    onFault: (_what, thrown) => options.faults?.push(thrown),
  })
  const reports = createWorkerReports({ store, ledger, nowMs, finish: dispatcher.finish, wake: dispatcher.wake, onFault: dispatcher.fault })
  const jobs = createJobService({
    store,
    ledger,
    dispatcher,
    pool,
    catalog: { defaultModel: () => 'm', recipeOf: () => 'tensor', ids: () => ['m'] },
    slices: () => labSlices(store, host),
    jobsDir: paths.jobs,
    nowMs,
    changes,
  })
  return { store, ledger, devices, dispatcher, reports, jobs, running, cancelled, changes }
}

/** Lets everything that was put off to the next turns of the event loop happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++)
    await new Promise(resolve => setImmediate(resolve))
}
