import type { LabSlice } from '../broker/capacity'
import type { Catalog } from '../catalog/catalog'
import type { BackendId } from '../contract/model'
import type { RunRequest } from '../runtime/protocol'
import type { WorkerPool } from '../runtime/workerPool'
import type { JobRow } from '../store/jobs'
import type { Store } from '../store/store'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { resultsDir } from './resultFiles'

export interface StartDeps {
  readonly store: Store
  readonly pool: WorkerPool
  readonly jobsDir: string
  /** Folder for models saved optimised; null to save none. */
  readonly optimisedDir: string | null
  readonly catalog: Pick<Catalog, 'files'>
  /** True for a model that is a catalog entry, false for one that is a file. */
  readonly isEntry: (model: string) => boolean
  /** What the backends need to find the slice's GPU. */
  readonly environment: (slice: LabSlice, backends: readonly BackendId[]) => Readonly<Record<string, string>>
}

/** The backends that a job runs on, in the order they are tried: its own choice, or the device's. */
export function backendsOn(job: Pick<JobRow, 'backends'>, slice: Pick<LabSlice, 'isHardware'>): readonly BackendId[] {
  if (job.backends.length > 0)
    return job.backends
  return slice.isHardware ? ['cuda', 'cpu'] : ['cpu']
}

/** Makes the folder that takes a job's results. */
export function prepareResults(jobsDir: string, jobId: string): string {
  const folder = resultsDir(jobsDir, jobId)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/**
 * Where models are saved optimised: one folder for those of the catalog, and one for each other file, which no worker of another
 * model can write.
 */
function savedModels(folder: string, file: string | null): string {
  const own = join(folder, file === null ? 'catalog' : createHash('sha256').update(file).digest('hex').slice(0, 16))
  if (!existsSync(own))
    mkdirSync(own, { recursive: true, mode: 0o700 })
  return own
}

/**
 * Tells the worker of a slice to run a job under a lease; with `hold`, to load its model and wait. Returns false, and
 * tells nobody, if all of its inputs have their result already.
 */
export function startWorker({ store, pool, jobsDir, optimisedDir, catalog, isEntry, environment }: StartDeps, job: JobRow, slice: LabSlice, epoch: number, hold: boolean): boolean {
  const pending = store.items.pending(job.id)
  if (pending.length === 0 && !job.serving)
    return false
  const carried = hold ? null : store.carries.get(job.id)
  const backends = backendsOn(job, slice)
  const request: RunRequest = {
    type: 'run',
    jobId: job.id,
    epoch,
    recipe: job.recipe,
    files: isEntry(job.model) ? { ...catalog.files(job.model) } : { model: job.model },
    params: { ...job.params },
    // After a crash one input at a time, so that all but the one that kills the worker get their results.
    batchSize: job.crashesSinceResult > 0 || job.killsSinceResult > 1 ? 1 : null,
    items: pending.map(({ idx, input }) => ({ index: idx, path: input })),
    carry: carried && { index: carried.idx, state: carried.state },
    resultsDir: prepareResults(jobsDir, job.id),
    backends: [...backends],
    memoryMiB: slice.memoryMiB,
    optimisedDir: optimisedDir === null ? null : savedModels(optimisedDir, isEntry(job.model) ? null : job.model),
    hold,
    serving: job.serving,
  }
  const workerSlice = {
    id: slice.id,
    deviceId: slice.device,
    name: `${slice.profile} on ${slice.deviceName}`,
    threads: slice.threads,
    terms: slice.terms,
    memoryMiB: slice.memoryMiB,
    env: environment(slice, backends),
  }
  pool.run(workerSlice, request, job.timeLimitMs)
  return true
}
