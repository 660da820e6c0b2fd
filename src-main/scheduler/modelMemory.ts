import type { LabCapacity } from '../broker/capacity'
import type { CallOutput, CallParsed } from '../contract/calls'
import type { CatalogEntry } from '../contract/model'
import { isAbsolute } from 'node:path'
import { TrancheError } from '../contract/errors'
import { estimateFiles } from '../recipes/onnx/memory/estimate'
import { profilesThatFit } from '../recipes/onnx/memory/profilesThatFit'

export interface ModelMemoryDeps {
  /** The catalog entry of that id; null if there is none. */
  readonly entry: (id: string) => CatalogEntry | null
  /** Absolute paths of a ready entry's files by role. */
  readonly files: (id: string) => Readonly<Record<string, string>>
  readonly capacity: () => LabCapacity
}

export type ModelMemory = ReturnType<typeof createModelMemory>

/** What models need of a slice's memory, from their graphs. */
export function createModelMemory({ entry, files, capacity }: ModelMemoryDeps) {
  /** The ONNX files of a model by role; null for one that is still to be fetched. */
  function modelFiles(model: string): Record<string, string> | null {
    const known = entry(model)
    if (!known)
      return isAbsolute(model) ? { model } : null
    if (known.state !== 'ready')
      return null
    const onnx = new Set(known.files.filter(({ path }) => path.endsWith('.onnx')).map(({ role }) => role))
    return Object.fromEntries(Object.entries(files(model)).filter(([role]) => onnx.has(role)))
  }

  return {
    async estimate({ model, batch, dims }: CallParsed<'models.estimate'>): Promise<CallOutput<'models.estimate'>> {
      const paths = modelFiles(model)
      if (!paths) {
        throw entry(model)
          ? new TrancheError('model_unavailable', `The model ${model} is not fetched yet, so what it needs is not known. Fetch it with \`tranche catalog pull ${model}\`.`, { retryable: true })
          : new TrancheError('not_found', `There is no model ${model} in the catalog, and a file has to be named by its absolute path.`)
      }
      const { files: estimates, totalMiB } = await estimateFiles(paths, { batch, dims })
      const { slices } = capacity()
      const offered = slices.map(({ device, deviceName, profile, memoryMiB }) => ({ device, deviceName, profile, memoryMiB }))
      const distinct = offered.filter((one, place) => offered.findIndex(other => other.device === one.device && other.profile === one.profile) === place)
      return { files: [...estimates], totalMiB, fits: profilesThatFit(totalMiB, distinct) }
    },

    /** For a submission: null where it is not known yet, or where the worker will say better what is wrong with the file. */
    async leastMiB(model: string, params: Readonly<Record<string, unknown>>): Promise<number | null> {
      const paths = modelFiles(model)
      if (!paths)
        return null
      const batch = typeof params.batch === 'number' && Number.isSafeInteger(params.batch) && params.batch > 0 ? params.batch : 1
      return estimateFiles(paths, { batch, dims: dimsOf(params) }).then(({ totalMiB }) => totalMiB, (thrown: unknown) => {
        if (thrown instanceof TrancheError)
          return null
        throw thrown
      })
    },
  }
}

function dimsOf({ dims }: Readonly<Record<string, unknown>>): Record<string, number> {
  const entries = typeof dims === 'object' && dims !== null ? Object.entries(dims) : []
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0))
}
