import type { PackageSource } from './definitions'
import type { RegistrySettings } from './registrySettings'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TrancheError } from '../contract/errors'
import { asDiskFull, isDiskFull, requireSpace } from './diskSpace'
import { appendFrom } from './download'
import { claimPart } from './partFile'
import { fetchFailure, isPassing } from './pullFailure'
import { tarballAddress } from './registryAddress'
import { readRegistrySettings } from './registrySettings'

export interface TarballOptions {
  /** Folder for downloads that are not complete; what a cut leaves there is continued by the next call. */
  readonly partialDir: string
  /** What the user set for npm, if absent. */
  readonly settings?: RegistrySettings
  readonly signal?: AbortSignal
  /** Called with the bytes that are here, of `source.tarballBytes`. Falls back when a server cannot resume. */
  readonly onProgress?: (receivedBytes: number) => void
  /** How long a connection may be quiet. */
  readonly idleTimeoutMs?: number
  /** Waits before each resume of a broken connection; their number bounds the resumes. */
  readonly resumeDelaysMs?: readonly number[]
}

const defaultIdleTimeoutMs = 30_000
const defaultResumeDelaysMs = [500, 1000, 2000, 4000]

/**
 * Fetches the tarball of a package version, verifies all of it, and lends it to `use`; it is removed once that has
 * succeeded. A download that was cut, even by a kill, goes on where it stopped. Bytes that do not add up to
 * `source.integrity` are never lent: they are deleted, and if some of them came from an earlier pull the whole tarball
 * is fetched once more.
 *
 * @throws TrancheError `model_unavailable` with the reason, `disk_full`, or `cancelled` when the signal was aborted
 */
export async function withPackageTarball<T>(source: PackageSource, options: TarballOptions, use: (path: string) => Promise<T>): Promise<T> {
  const part = await claimPart(options.partialDir, source)
  try {
    await complete(part.path, source, options)
    const result = await use(part.path)
    await part.discard()
    return result
  }
  catch (error) {
    // A full disk gets its bytes back; anything else leaves them for the next pull.
    if (isDiskFull(error))
      await part.discard()
    else
      await part.release()
    if (options.signal?.aborted)
      throw new TrancheError('cancelled', `Fetching ${source.package}@${source.version} was stopped. What arrived is kept.`, { retryable: true, cause: error })
    throw asDiskFull(error, dirname(part.path), source.tarballBytes)
  }
}

async function complete(path: string, source: PackageSource, options: TarballOptions): Promise<void> {
  const kept = await sizeOf(path)
  await requireSpace(dirname(path), Math.max(0, source.tarballBytes - kept))
  if (await fetchOnce(path, source, options))
    return
  await rm(path, { force: true })
  if (kept > 0 && await fetchOnce(path, source, options))
    return
  await rm(path, { force: true })
  throw new TrancheError('model_unavailable', `What the registry sent for ${source.package}@${source.version} is not what the catalog names: its digest is wrong. `
    + 'It was deleted. A proxy or mirror may have changed it; check "registry" and "proxy" in the npm settings, then pull again.', { retryable: true })
}

/** Brings the file to its full length; false when its contents are then not the ones wanted. */
async function fetchOnce(path: string, source: PackageSource, options: TarballOptions): Promise<boolean> {
  if (await sizeOf(path) > source.tarballBytes)
    await rm(path)
  if (await sizeOf(path) < source.tarballBytes)
    await download(path, source, options)
  options.onProgress?.(source.tarballBytes)
  return await integrityOf(path) === source.integrity
}

async function download(path: string, source: PackageSource, options: TarballOptions): Promise<void> {
  const settings = options.settings ?? readRegistrySettings()
  const delaysMs = options.resumeDelaysMs ?? defaultResumeDelaysMs
  const limits = {
    totalBytes: source.tarballBytes,
    idleTimeoutMs: options.idleTimeoutMs ?? defaultIdleTimeoutMs,
    signal: options.signal,
    onProgress: options.onProgress,
  }
  let address: string | undefined
  for (let attempt = 0; ; attempt++) {
    try {
      await appendFrom(async (signal) => {
        address ??= await tarballAddress(source, settings, signal)
        return { address, fetchOptions: { ...settings.options, spec: source.package } }
      }, path, limits)
      return
    }
    catch (error) {
      options.signal?.throwIfAborted()
      const delayMs = delaysMs[attempt]
      if (isDiskFull(error))
        throw error
      if (delayMs === undefined || !isPassing(error, address !== undefined))
        throw fetchFailure(error, source, settings, attempt + 1)
      await sleep(delayMs, undefined, { signal: options.signal })
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => null)
  return stats?.size ?? 0
}

async function integrityOf(path: string): Promise<string> {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(path))
    hash.update(chunk)
  return `sha512-${hash.digest('base64')}`
}
