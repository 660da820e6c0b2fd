import type { Catalog } from './catalog/catalog'
import type { Handlers } from './contract/router'
import type { DeviceService } from './inventory/deviceService'
import type { NvidiaSmi } from './inventory/nvidiaSmi'
import type { LabOptions } from './labOptions'
import type { WorkerPool } from './runtime/workerPool'
import type { JobService } from './scheduler/jobService'
import type { LabSlice } from './scheduler/labSlices'
import type { GpuModel } from './slicing/gpuModel'
import type { StatePaths } from './store/stateDir'
import type { Store } from './store/store'
import process from 'node:process'
import packageJson from '../package.json'
import { TrancheError } from './contract/errors'
import { examine } from './doctor/doctor'
import { sampleSubmission } from './scheduler/samples'

export interface HandlerDeps {
  readonly options: LabOptions
  readonly paths: StatePaths
  readonly store: Store
  readonly devices: DeviceService
  readonly jobs: JobService
  readonly catalog: Catalog
  readonly pool: WorkerPool
  readonly gpus: ReadonlyMap<string, GpuModel>
  readonly smi: NvidiaSmi
  readonly resources: string
  readonly slices: () => readonly LabSlice[]
  readonly startedAtMs: number
}

/** Answers every call of the contract from the parts of the lab. */
export function createHandlers({ options, paths, store, devices, jobs, catalog, pool, gpus, smi, resources, slices, startedAtMs }: HandlerDeps): Handlers {
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
    }),
    'doctor.run': () => examine({ store, stateDir: options.stateDir, paths, catalog, gpus, smi, runtime: options.runtime }),
    'devices.list': () => devices.list(),
    'devices.use': () => pool.use(),
    'lab.models': () => devices.models(),
    'lab.add': ({ model }) => devices.addVirtual(model),
    'lab.remove': ({ id }) => {
      devices.remove(id)
      return { id }
    },
    'catalog.list': () => catalog.list(),
    'catalog.pull': async ({ id }) => {
      await catalog.pull(id)
      return catalog.get(id)
    },
    'jobs.submit': submission => jobs.submit(submission),
    'jobs.submitSample': ({ sample, model }) => jobs.submit({ ...sampleSubmission(resources, sample, slices().map(({ profile }) => profile)), ...(model !== undefined && { model }) }),
    'jobs.list': filter => jobs.list(filter),
    'jobs.get': ({ id }) => jobs.get(id),
    'jobs.cancel': ({ id }) => jobs.cancel(id),
    'jobs.retry': request => jobs.retry(request),
    'jobs.result': ({ id, index }) => jobs.result(id, index),
    'jobs.waveform': async ({ id, index, buckets }) => {
      const path = jobs.input(id, index)
      if (path === null)
        throw new TrancheError('not_found', `Input ${index} of ${id} is not a file.`)
      const { readPeaks } = await import('./recipes/vad/peaks')
      return readPeaks(path, buckets)
    },
    'events.list': ({ after, subject, limit }) => store.events.list(after, limit, subject),
  }
}
