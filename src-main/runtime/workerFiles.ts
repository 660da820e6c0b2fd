import type { RunRequest } from './protocol'
import { dirname, parse, sep } from 'node:path'

/** What a worker process may reach of the file system besides the runtime itself: folders and files, absolute. */
export interface WorkerFiles {
  readonly read: readonly string[]
  readonly write: readonly string[]
}

/**
 * The files of a job: the folders of its model and inputs to read, and the folder of all jobs to write results into. Folders
 * rather than files, so that the next job of the same folders finds the model still loaded. A file that lies in the root of
 * the file system is named alone. `models` is the folder of the catalog's, which any job may read.
 */
export function filesOf({ recipe, files, items, resultsDir, optimisedDir }: RunRequest, models: string): WorkerFiles {
  // The cases that are verified all lie in the folder that is named as their model.
  const paths = recipe === 'verify' ? [] : [...Object.values(files), ...items.flatMap(({ path }) => path ?? [])]
  const read = new Set([...paths.map(path => folderOf(path, models)), ...recipe === 'verify' ? Object.values(files) : []])
  const jobs = dirname(dirname(resultsDir))
  return { read: [...read], write: optimisedDir === null ? [jobs] : [jobs, optimisedDir] }
}

function folderOf(path: string, models: string): string {
  if (path.startsWith(models + sep))
    return models
  return dirname(path) === parse(path).root ? path : dirname(path)
}

/** Whether a process that may reach `granted` can do with it what `wanted` needs. */
export function covers(granted: WorkerFiles, wanted: WorkerFiles): boolean {
  const within = (folders: readonly string[]) => (path: string) => folders.some(folder => path === folder || path.startsWith(folder + sep))
  return wanted.read.every(within(granted.read)) && wanted.write.every(within(granted.write))
}
