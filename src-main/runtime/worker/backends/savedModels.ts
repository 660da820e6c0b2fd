import type { BackendId } from '../../../contract/model'
import type { Optimisation } from './providers'
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { crc32 } from 'node:zlib'

/**
 * Models as ONNX Runtime rewrote them for one backend and processor, so that the next load does not rewrite them again.
 * A file's name tells what it was made from and ends in a checksum: one that is damaged or cut short is never loaded.
 */
export interface SavedModels {
  /** Whether this model is worth saving. */
  readonly isWorthIt: (source: SavedSource) => boolean
  /** A saved model that is whole, or null. */
  readonly find: (source: SavedSource) => string | null
  /** Where ONNX Runtime shall write it; null where there is no such folder and none can be made. */
  readonly draft: (source: SavedSource) => string | null
  /** Gives a draft its place. One that cannot be kept is removed. */
  readonly keep: (source: SavedSource, draft: string) => void
  readonly discard: (path: string) => void
}

export interface SavedSource {
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly accelerators: readonly BackendId[]
  readonly optimisation: Optimisation
}

/**
 * Loading took 58 ms and 31 ms from the saved model (OCR recogniser, 10.8 MB), 46 and 32 (OCR detector, 4.7 MB), 20 and 10
 * (OCR classifier, 0.6 MB), 22 and 9 (Silero, 2.3 MB), 7 and 4 (Magika, 3.2 MB), but 1.4 and 0.7 for MNIST (26 KB): medians
 * of 15 on two cores. Below this size there is nothing to gain.
 */
const leastBytes = 256 * 1024
/** ONNX cannot write a file of 2 GiB, and rewriting may repeat weights. */
const mostBytes = 1.5 * 1024 ** 3
/** Measured on the CPU, and on WebGPU (classifier 89 ms to 69, Silero 28 to 13). Others compile their own engines, which ONNX cannot save. */
const saveable: ReadonlySet<BackendId> = new Set(['webgpu'])
/** What all saved models of a folder may take; the least recently used go first. */
const folderBytes = 4 * 1024 ** 3

/** `runtime` is all that the rewriting depends on beside the model: ONNX Runtime's version and the processor. */
export function openSavedModels(folder: string, runtime: string): SavedModels {
  const keyOf = ({ path, sizeBytes, mtimeMs, accelerators, optimisation }: SavedSource) =>
    createHash('sha256').update(JSON.stringify([runtime, path, sizeBytes, mtimeMs, accelerators, optimisation])).digest('hex').slice(0, 40)
  return {
    isWorthIt: ({ sizeBytes, accelerators, optimisation }) => sizeBytes >= leastBytes && sizeBytes <= mostBytes
      && (optimisation === 'all' || optimisation === 'extended') && accelerators.every(id => saveable.has(id)),
    find(source) {
      const key = keyOf(source)
      const name = names(folder).find(name => name.startsWith(`${key}-`))
      if (name === undefined)
        return null
      const path = join(folder, name)
      if (name !== `${key}-${checksum(path)}.onnx`) {
        discard(path)
        return null
      }
      touch(path)
      return path
    },
    draft(source) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        return join(folder, `.${keyOf(source)}-${process.pid}.draft`)
      }
      catch {
        return null
      }
    },
    keep(source, draft) {
      try {
        renameSync(draft, join(folder, `${keyOf(source)}-${checksum(draft)}.onnx`))
        prune(folder)
      }
      catch {
        // The model is loaded; only the next load is slower.
        discard(draft)
      }
    },
    discard,
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  }
  catch {
    return []
  }
}

function discard(path: string): void {
  rmSync(path, { force: true })
}

/** A checksum finds damage, not malice: who may write here may write the checksum as well. Null where it cannot be read. */
function checksum(path: string): string | null {
  try {
    const file = openSync(path, 'r')
    try {
      const chunk = Buffer.alloc(1024 ** 2)
      let sum = 0
      for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk))
        sum = crc32(chunk.subarray(0, count), sum)
      return sum.toString(16).padStart(8, '0')
    }
    finally {
      closeSync(file)
    }
  }
  catch {
    return null
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  }
  catch {
    // It only goes earlier when room is made.
  }
}

function prune(folder: string): void {
  const saved = names(folder)
    .flatMap((name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false })
      return stats?.isFile() ? [{ path: join(folder, name), usedAtMs: stats.mtimeMs, bytes: stats.size }] : []
    })
    .sort((a, b) => b.usedAtMs - a.usedAtMs)
  let kept = 0
  for (const { path, bytes } of saved) {
    kept += bytes
    if (kept > folderBytes)
      discard(path)
  }
}
