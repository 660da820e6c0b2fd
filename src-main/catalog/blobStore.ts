import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, lstatSync } from 'node:fs'
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode, TrancheError } from '../contract/errors'
import { clearAbandoned, ownTemporaryName } from './abandoned'
import { asDiskFull } from './diskSpace'

/** A file known by its contents. */
export interface Blob {
  /** 64 hex digits, lower case. */
  readonly sha256: string
  readonly sizeBytes: number
}

/**
 * Files named by the SHA-256 of their contents, in `<root>/sha256/<first two digits>/<digest>`. A file under its final
 * name was complete and verified when it was put there; a crash at any instant leaves at most a temporary file, which
 * the next open removes. Several processes may use one store at a time.
 */
export interface BlobStore {
  readonly root: string
  /** Whether the blob is there with the right size. Quick: reads no contents. */
  has: (blob: Blob) => boolean
  /** Where the blob is or would be, absolute. */
  path: (blob: Blob) => string
  /** Whether the blob is there and its contents hash to its name. Reads the whole file. */
  verify: (blob: Blob) => Promise<boolean>
  /**
   * Stores the bytes of a stream, replacing a broken blob of that name. The file appears only once it is verified.
   *
   * @throws TrancheError `model_unavailable` when the bytes are not the ones expected, `disk_full` when no space is left
   */
  put: (source: AsyncIterable<Uint8Array>, blob: Blob, signal?: AbortSignal) => Promise<void>
}

/**
 * Opens the store at `root`, which need not exist yet, and clears what crashed writers left in it. One opened `readOnly`
 * belongs to someone else: nothing is written to it, not even to clear it.
 */
export function openBlobStore(root: string, options: { readonly readOnly?: boolean } = {}): BlobStore {
  const digests = join(root, 'sha256')
  if (!options.readOnly)
    clearAbandoned(digests)

  const path = (blob: Blob) => join(digests, digestName(blob).slice(0, 2), blob.sha256)
  return {
    root,
    path,
    has: blob => hasSize(path(blob), blob.sizeBytes),
    verify: async blob => hasSize(path(blob), blob.sizeBytes) && await sha256Of(path(blob)) === blob.sha256,
    put: async (source, blob, signal) => {
      if (options.readOnly)
        throw new TrancheError('internal', `The store ${root} is read-only.`)
      await putFile(source, blob, path(blob), signal)
    },
  }
}

/** A digest becomes part of a path, so nothing but a digest may pass. */
function digestName({ sha256 }: Blob): string {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new TrancheError('invalid_input', 'That is not a SHA-256 digest: 64 hex digits in lower case are wanted.')
  return sha256
}

/** Links are not believed: what they point to may change under the store. */
function hasSize(path: string, sizeBytes: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && stats.isFile() && stats.size === sizeBytes
}

async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path))
      hash.update(chunk)
  }
  catch (error) {
    if (systemCode(error) === 'ENOENT')
      return null
    throw error
  }
  return hash.digest('hex')
}

async function putFile(source: AsyncIterable<Uint8Array>, blob: Blob, target: string, signal?: AbortSignal): Promise<void> {
  const folder = dirname(target)
  const temporary = join(folder, ownTemporaryName(randomBytes(6).toString('hex')))
  try {
    await mkdir(folder, { recursive: true })
    await writeVerified(source, blob, temporary, signal)
    await chmod(temporary, 0o444)
    await rename(temporary, target)
    await syncFolder(folder)
  }
  catch (error) {
    await rm(temporary, { force: true })
    throw asDiskFull(error, folder, blob.sizeBytes)
  }
}

async function writeVerified(source: AsyncIterable<Uint8Array>, blob: Blob, path: string, signal?: AbortSignal): Promise<void> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  try {
    let written = 0
    for await (const chunk of source) {
      signal?.throwIfAborted()
      written += chunk.length
      if (written > blob.sizeBytes)
        throw broken(blob, `it is longer than ${blob.sizeBytes} bytes`)
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    if (written !== blob.sizeBytes)
      throw broken(blob, `it ends after ${written} of ${blob.sizeBytes} bytes`)
    if (hash.digest('hex') !== blob.sha256)
      throw broken(blob, 'its contents have another digest')
    await file.sync()
  }
  finally {
    await file.close()
  }
}

function broken(blob: Blob, why: string): TrancheError {
  return new TrancheError('model_unavailable', `A file of the model is not the one the catalog names: ${why}. It was not kept.`, {
    details: { sha256: blob.sha256, sizeBytes: blob.sizeBytes },
    retryable: true,
  })
}

/** Makes the new name itself survive a power cut. Windows cannot open folders and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32')
    return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  }
  finally {
    await handle.close()
  }
}
