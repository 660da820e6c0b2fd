import type { LabCapacity } from './broker/capacity'
import type { LayoutService } from './broker/layoutService'
import type { LeaseService } from './broker/leaseService'
import type { Catalog } from './catalog/catalog'
import type { Handlers } from './contract/router'
import type { BackendHost } from './inventory/backends'
import type { DeviceService } from './inventory/deviceService'
import type { Hardware } from './inventory/hardware'
import type { Keeping } from './keeping/service'
import type { LabOptions } from './labOptions'
import type { WorkerPool } from './runtime/workerPool'
import type { ModelMemory } from './scheduler/modelMemory'
import type { Scheduler } from './scheduler/scheduler'
import type { GpuTables } from './slicing/gpuModel'
import type { StatePaths } from './store/stateDir'
import type { Store } from './store/store'
import process from 'node:process'
import packageJson from '../package.json'
import { offersBeside } from './broker/offers'
import { TrancheError } from './contract/errors'
import { examine } from './doctor/doctor'
import { handOver } from './handover/handOver'
import { handOverDevices } from './handover/handOverDevices'
import { listBackends } from './inventory/backends'
import { importSmi } from './inventory/smiText/importSmi'
import { isolationOf } from './runtime/isolation'
import { sampleSubmission } from './scheduler/samples'
import { describeLayouts, describeProfiles } from './slicing/layouts/describe'

export interface HandlerDeps {
  readonly options: LabOptions
  readonly paths: StatePaths
  readonly store: Store
  readonly devices: DeviceService
  readonly scheduler: Scheduler
  readonly memory: ModelMemory
  readonly backendHost: BackendHost
  readonly catalog: Catalog
  readonly keeping: Keeping
  readonly pool: WorkerPool
  readonly gpus: GpuTables
  readonly hardware: Hardware
  readonly layouts: LayoutService
  readonly leases: LeaseService
  readonly resources: string
  readonly capacity: () => LabCapacity
  readonly nowMs: () => number
  readonly startedAtMs: number
}

/** Answers every call of the contract from the parts of the lab. */
export function createHandlers({ options, paths, store, devices, scheduler, memory, backendHost, catalog, pool, gpus, hardware, layouts, keeping, leases, resources, capacity, nowMs, startedAtMs }: HandlerDeps): Handlers {
  const { jobs, moves, queries, tenants, queues, windows, settings, timelines, whys } = scheduler
  return {
    'lab.info': () => ({
      version: packageJson.version,
      stateDir: options.stateDir,
      pid: process.pid,
      startedAtMs,
      owner: options.owner,
      runtime: { ...options.runtime, node: process.versions.node },
      onnxruntime: packageJson.dependencies['onnxruntime-node'],
      sqlite: String(store.db.prepare<[], { version: string }>('SELECT sqlite_version() AS version').get()?.version),
      platform: `${process.platform} ${process.arch}`,
      firstUse: !store.jobs.any(),
      recovered: store.recoveries.get(),
    }),
    'lab.acknowledge': () => ({ acknowledged: store.recoveries.acknowledge() }),
    'lab.backup': ({ file }) => keeping.backUp(file),
    'lab.clone': ({ dir, jobs }) => keeping.clone(dir, jobs),
    'doctor.run': () => examine({ store, stateDir: options.stateDir, paths, catalog, hardware, nowMs, runtime: options.runtime }),
    'lab.isolation': () => isolationOf(),
    'backends.list': () => listBackends(backendHost),
    'models.estimate': asked => memory.estimate(asked),
    'devices.list': () => devices.list(),
    'devices.use': () => pool.use(),
    'devices.health': () => hardware.health(store.devices.all()),
    'devices.label': ({ id, label }) => devices.label(id, label),
    'lab.models': () => devices.models(),
    'lab.add': addition => devices.add(addition),
    'lab.remove': ({ id }) => {
      devices.remove(id)
      return { id }
    },
    'profiles.list': asked => describeProfiles(gpus, asked),
    'layouts.list': asked => describeLayouts(gpus, asked),
    'layouts.export': ({ format, devices: ids }) => handOver(format, handOverDevices(ids === undefined ? devices.list() : ids.map(devices.describe)), gpus),
    'slices.offers': draft => offersBeside({ tablesFor: hardware.tablesFor }, devices.get(draft.device), draft),
    'slices.explain': asked => layouts.explain(asked),
    'slices.plan': wish => layouts.plan(wish),
    'slices.apply': wish => layouts.apply(wish),
    'slices.destroy': asked => layouts.destroy(asked),
    'slices.undo': asked => layouts.undo(asked),
    'leases.list': () => leases.list(),
    'leases.grant': asked => leases.grant(asked),
    'leases.renew': asked => leases.renew(asked),
    'leases.release': asked => leases.release(asked),
    'smi.import': ({ text }) => importSmi(text, gpus),
    'catalog.list': () => catalog.list(),
    'catalog.pull': async ({ id }) => {
      await catalog.pull(id)
      return catalog.get(id)
    },
    'jobs.submit': submission => jobs.submit(submission),
    'jobs.submitSample': ({ sample, model }) => jobs.submit({ ...sampleSubmission(resources, sample, capacity().slices.map(({ profile }) => profile)), ...(model !== undefined && { model }) }),
    'jobs.list': filter => jobs.list(filter),
    'jobs.get': ({ id }) => jobs.get(id),
    'jobs.cancel': ({ id }) => jobs.cancel(id),
    'jobs.suspend': ({ id }) => jobs.suspend(id),
    'jobs.resume': ({ id }) => jobs.resume(id),
    'jobs.moveTargets': ({ id }) => moves.targets(id),
    'jobs.move': wish => moves.move(wish),
    'devices.evacuate': ({ id }) => moves.evacuate(id),
    'jobs.infer': ({ id, inputs }) => jobs.infer(id, inputs),
    'jobs.retry': request => jobs.retry(request),
    'jobs.result': ({ id, index }) => jobs.result(id, index),
    'jobs.export': ({ id, outDir }) => jobs.exportTo(id, outDir),
    'jobs.waveform': async ({ id, index, buckets }) => {
      const path = jobs.input(id, index)
      if (path === null)
        throw new TrancheError('not_found', `Input ${index} of ${id} is not a file.`)
      const { readPeaks } = await import('./recipes/vad/peaks')
      return readPeaks(path, buckets)
    },
    'tenants.list': () => tenants.list(),
    'tenants.add': asked => tenants.add(asked),
    'tenants.change': asked => tenants.change(asked),
    'tenants.remove': ({ id }) => tenants.remove(id),
    'tenants.history': asked => tenants.history(asked),
    'queues.list': () => queues.list(),
    'queues.add': asked => queues.add(asked),
    'queues.change': asked => queues.change(asked),
    'queues.remove': ({ id }) => queues.remove(id),
    'jobs.submitMany': ({ submissions }) => jobs.submitMany(submissions),
    'jobs.query': asked => queries.query(asked),
    'jobs.bulk': asked => queries.bulk(asked),
    'jobs.hold': ({ id }) => jobs.hold(id),
    'jobs.release': ({ id }) => jobs.resume(id),
    'jobs.reorder': asked => jobs.reorder(asked),
    'jobs.why': ({ id }) => whys.why(id),
    'jobs.submission': ({ id }) => jobs.submission(id),
    'templates.list': () => store.templates.all().map(({ name, submission, savedAtMs }) => ({ name, submission: { ...submission }, savedAtMs })),
    'templates.save': ({ name, submission }) => {
      store.write(() => store.templates.save({ name, submission, savedAtMs: nowMs() }))
      return { name }
    },
    'templates.remove': ({ name }) => {
      if (!store.write(() => store.templates.remove(name)))
        throw new TrancheError('not_found', `There is no template ${name}.`)
      return { name }
    },
    'schedule.timeline': asked => timelines.timeline(asked),
    'schedule.settings': () => settings.get(),
    'schedule.change': wish => settings.change(wish),
    'windows.list': () => windows.list(),
    'windows.add': asked => windows.add(asked),
    'windows.remove': ({ id }) => windows.remove(id),
    'devices.availability': ({ id, availability, reason }) => {
      const device = devices.setAvailability(id, availability, reason ?? null)
      scheduler.dispatcher.wake()
      return device
    },
    'events.list': ({ after, subject, limit }) => store.events.list(after, limit, subject),
  }
}
