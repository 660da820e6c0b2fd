import type { Catalog } from './catalog/catalog'
import type { EventName, EventPayload } from './contract/calls'
import type { Router } from './contract/router'
import type { LabOptions } from './labOptions'
import type { LabClock } from './time/labClock'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import packageJson from '../package.json'
import { labPart } from './broker/capacity'
import { createHoldings } from './broker/holdings'
import { createLayoutJournal } from './broker/layoutJournal'
import { createLayoutService } from './broker/layoutService'
import { createLeaseService } from './broker/leaseService'
import { createCapacity } from './broker/liveCapacity'
import { makePart } from './broker/takeCut'
import { openBlobStore } from './catalog/blobStore'
import { cacheDir } from './catalog/cacheDir'
import { createCatalog } from './catalog/catalog'
import { readDefinitions } from './catalog/definitions'
import { createRouter } from './contract/router'
import { createHandlers } from './handlers'
import { readBackendHost } from './inventory/backendHost'
import { readHostCpu } from './inventory/cpu'
import { isCudaInstalled } from './inventory/cudaProvider'
import { createDeviceService } from './inventory/deviceService'
import { readGpuTables } from './inventory/gpuTables'
import { findHardware } from './inventory/hardware'
import { openSoundStore } from './keeping/openSoundStore'
import { createKeeping } from './keeping/service'
import { databaseThread } from './keeping/thread/databaseThread'
import { openLog } from './log'
import { resourcesDir } from './resources'
import { backendEnvironment } from './runtime/backendEnvironment'
import { createKeeper } from './runtime/keeper/keeper'
import { createWorkerNotes, endStrayWorkers } from './runtime/strayWorkers'
import { createWorkerPool } from './runtime/workerPool'
import { createLedger } from './scheduler/ledger'
import { createModelMemory } from './scheduler/modelMemory'
import { requeueRunning } from './scheduler/recovery'
import { createScheduler } from './scheduler/scheduler'
import { rulesOf } from './slicing/rules'
import { takeOwnership } from './store/ownership'
import { prepareStateDir } from './store/stateDir'
import { createChanges } from './telemetry/changes'
import { createUseFeed } from './telemetry/useFeed'
import { createAlarm } from './time/alarm'
import { hostClock } from './time/labClock'

/** How often a jump of the clock is looked for when nobody asks for the time. */
const clockCheckMs = 5000

export type { LabOptions, RuntimeInfo } from './labOptions'

/** A running lab: the one owner of its state folder. */
export interface Lab {
  readonly router: Router
  readonly stateDir: string
  /** Returns a function that ends the subscription. */
  readonly on: <N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void) => () => void
  /** Absolute path of a job's input, for doors that show it; null if there is no such input. */
  readonly inputPath: (jobId: string, index: number) => string | null
  readonly runningJobs: () => number
  /** Stops the workers (their jobs go back to the queue, with their checkpoints), closes the database, gives up the folder. */
  readonly close: () => Promise<void>
}

/**
 * Opens the lab of a state folder and wires its parts together: the one place that knows them all.
 * Throws `state_owned` where another process has the folder, `state_newer` and `state_damaged` for its database.
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  const clock = options.clock ?? hostClock()
  const { nowMs } = clock
  const paths = prepareStateDir(options.stateDir)
  const ownership = takeOwnership(paths, options.owner, nowMs())
  try {
    return await wire(options, paths, ownership, clock)
  }
  catch (thrown) {
    ownership.release()
    throw thrown
  }
}

async function wire(options: LabOptions, paths: ReturnType<typeof prepareStateDir>, ownership: ReturnType<typeof takeOwnership>, clock: LabClock): Promise<Lab> {
  const { nowMs } = clock
  const isFirstStart = !existsSync(paths.database)
  const resources = resourcesDir()
  const log = openLog(paths.logs)
  const { store, recovered, repaired, strays } = openSoundStore(paths, nowMs())
  if (recovered)
    log.error(recovered, 'the database was damaged and was replaced')
  if (repaired.length > 0 || strays > 0)
    log.warn({ repaired, strays }, 'the last owner ended uncleanly')
  const gpus = readGpuTables(resources)
  const hardware = await findHardware({ gpus, host: options.processHost, entry: join(dirname(resources), 'out', 'main', 'nvml.js'), lock: paths.nvmlLock, nowMs, onFault: what => log.error(what) })
  const { tablesFor } = hardware
  const cpu = readHostCpu()
  const cudaInstalled = isCudaInstalled()
  const changes = createChanges(() => store.events.lastSeq())
  const ledger = createLedger({ store, nowMs, changes })
  const devices = createDeviceService({ store, gpus, tablesFor, cpu, cudaInstalled, nowMs, changes })
  const output = join(dirname(resources), 'out', 'main')
  const stray = endStrayWorkers(paths.workers)
  if (stray > 0)
    log.warn({ workers: stray }, 'ended workers that an earlier lab left behind')
  const pool = createWorkerPool({
    host: options.processHost,
    entry: join(output, 'worker.js'),
    models: paths.blobs,
    notes: createWorkerNotes(paths.workers),
    createKeeper: listener => createKeeper({ entry: join(output, 'keeper.js'), cores: cpu.cores, listener }),
  })
  const backendHost = readBackendHost(cacheDir(), cpu, hardware.gpus.map(({ name }) => name))
  const host = { cores: cpu.cores, spatialMeans: pool.spatialMeans, cudaInstalled, tablesFor }
  const holdings = createHoldings(store)
  const capacity = createCapacity(store, host, holdings)
  const catalog = openCatalog(paths, changes.catalog)
  const entryIds = new Set(catalog.list().map(({ id }) => id))

  devices.syncHardware(hardware.gpus)
  devices.seedFirstStart(isFirstStart)
  if (isFirstStart)
    await catalog.adoptSeed()
  requeueRunning(store, ledger, 'owner-died')

  const memory = createModelMemory({ entry: id => entryIds.has(id) ? catalog.get(id) : null, files: catalog.files, capacity })
  const scheduler = createScheduler({
    store,
    ledger,
    jobsDir: paths.jobs,
    optimisedDir: paths.optimised,
    pool,
    catalog,
    runJobs: options.runJobs,
    models: {
      defaultModel: recipe => catalog.list().find(entry => entry.recipe === recipe && entry.default)?.id ?? null,
      recipeOf: model => entryIds.has(model) ? catalog.get(model).recipe : null,
      ids: () => [...entryIds],
      leastMiB: memory.leastMiB,
    },
    isEntry: model => entryIds.has(model),
    isModelReady: model => !entryIds.has(model) || catalog.state(model) === 'ready',
    environment: (slice, backends) => backendEnvironment(backends, { uuid: slice.hardwareKey, computeShare: slice.computeShare, memoryMiB: slice.memoryMiB }, backendHost.environment),
    capacity,
    holdings,
    alarm: createAlarm(clock),
    makePart(deviceId, profile) {
      const device = devices.get(deviceId)
      return labPart(device, makePart({ store, tablesFor, nowMs }, device, profile), host)
    },
    nowMs,
    changes,
    onFault: (what, thrown) => log.error({ err: thrown }, what),
  })
  const { dispatcher, jobs, jobMover } = scheduler
  clock.onJump(scheduler.followClock)
  const clockTimer = setInterval(clock.check, clockCheckMs)
  clockTimer.unref()
  scheduler.load()
  pool.listen(scheduler.reports)
  changes.on(({ topics }) => topics.includes('catalog') && scheduler.modelsChanged())
  const leases = createLeaseService({ store, tablesFor, nowMs, changes, wake: dispatcher.wake, revokeJob: scheduler.endings.revoke })
  const journal = createLayoutJournal({ store, nowMs, cutterOf: hardware.cutterOf, rulesFor: (device, layout) => rulesOf({ ...device, ...layout }, tablesFor(device)), jobs: jobMover, onProgress: changes.devices })
  const layouts = createLayoutService({
    store,
    tablesFor,
    indexOf: hardware.indexOf,
    devices,
    journal,
    changes,
    nowMs,
    onChanged() {
      pool.keepOnly(sliceId => store.slices.get(sliceId) !== undefined)
      dispatcher.wake()
    },
  })
  const keeping = createKeeping({ store, stateDir: options.stateDir, paths, catalog, thread: databaseThread(join(output, 'databaseThread.js')), version: packageJson.version, nowMs, changes, log })
  const useFeed = createUseFeed(() => pool.use())
  log.info({ owner: options.owner, runtime: options.runtime, pid: process.pid }, 'lab opened')
  leases.sweep()
  const recovering = layouts.recover().catch((thrown: unknown) => log.error({ err: thrown }, 'layouts could not be looked at'))
  dispatcher.wake()
  // A lab that is open for one short call has no time for it.
  if (options.runJobs)
    keeping.start()

  return {
    router: createRouter(createHandlers({ options, paths, store, devices, scheduler, memory, backendHost: backendHost.list, catalog, keeping, pool, gpus, hardware, layouts, leases, resources, capacity, nowMs, startedAtMs: nowMs() })),
    stateDir: options.stateDir,
    on: (name, listener) => subscribe(name, listener, changes, useFeed),
    inputPath: jobs.inputPath,
    runningJobs: () => store.jobs.inState('running').length,
    async close() {
      clearInterval(clockTimer)
      useFeed.close()
      leases.close()
      await keeping.close()
      await recovering
      await scheduler.close()
      requeueRunning(store, ledger, 'lab-closed')
      await Promise.all([pool.close(), catalog.close()])
      hardware.close()
      changes.close()
      store.close()
      ownership.release()
      log.info('lab closed')
    },
  }
}

function openCatalog(paths: ReturnType<typeof prepareStateDir>, onChange: () => void): Catalog {
  return createCatalog({
    entries: readDefinitions(),
    blobs: openBlobStore(paths.blobs),
    seed: openBlobStore(join(cacheDir(), 'models'), { readOnly: true }),
    partialDir: paths.partial,
    onChange,
  })
}

function subscribe<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void, changes: ReturnType<typeof createChanges>, useFeed: ReturnType<typeof createUseFeed>): () => void {
  return name === 'changed'
    ? changes.on(listener as (payload: EventPayload<'changed'>) => void)
    : useFeed.on(listener as (payload: EventPayload<'use'>) => void)
}
