import type { ErrorShape } from '../contract/errors'
import type { CatalogEntry } from '../contract/model'
import type { BlobStore } from './blobStore'
import type { CatalogDefinition } from './definitions'
import type { RegistrySettings } from './registrySettings'
import { toErrorShape, TrancheError } from '../contract/errors'
import { copyFromSeed, unverifiedFiles } from './blobCopy'
import { definitionDigest, sizeOfFiles } from './definitions'
import { requireSpace } from './diskSpace'
import { discardParts } from './partFile'

export interface CatalogOptions {
  readonly entries: readonly CatalogDefinition[]
  /** Where the files of ready entries are. */
  readonly blobs: BlobStore
  /** A second store that is asked before the network; it is only read. */
  readonly seed?: BlobStore
  /** Folder for downloads that are not complete. */
  readonly partialDir: string
  /** Called with the id of an entry whose state changed, or whose progress did: ten times a second at most. */
  readonly onChange?: (id: string) => void
  /** Where packages come from; what the user set for npm, if absent. */
  readonly registry?: RegistrySettings
  readonly idleTimeoutMs?: number
  readonly resumeDelaysMs?: readonly number[]
}

export type EntryState = CatalogEntry['state']

/**
 * What an admin can get, and what is here already. An entry is ready when all its files are in the store: nothing else
 * is written down, so no record can disagree with the disk. What went wrong with the last pull is kept in memory.
 */
export interface Catalog {
  list: () => CatalogEntry[]
  /** @throws TrancheError `not_found` */
  get: (id: string) => CatalogEntry
  /** @throws TrancheError `not_found` */
  state: (id: string) => EntryState
  /**
   * Absolute paths of an entry's files by role.
   *
   * @throws TrancheError `not_found`, or `model_unavailable` when it is not ready
   */
  files: (id: string) => Readonly<Record<string, string>>
  /**
   * Makes an entry ready: verifies what is here, takes what lacks from the seed, and the rest from the network. Joins a
   * pull of the same entry that is under way.
   *
   * @throws TrancheError `not_found`, `model_unavailable`, `disk_full`, or `cancelled` after `close`
   */
  pull: (id: string) => Promise<void>
  /** Hashes every file of an entry; the roles of those that are missing or broken. */
  verify: (id: string) => Promise<readonly string[]>
  /** Makes every entry ready whose files the seed has. A broken seed changes nothing. Returns their ids. */
  adoptSeed: () => Promise<readonly string[]>
  /** Stops all pulls and waits for them to end; what they fetched is kept for the next time. */
  close: () => Promise<void>
}

interface Pull {
  readonly done: Promise<void>
  progress: number
}

const progressIntervalMs = 100

export function createCatalog(options: CatalogOptions): Catalog {
  const { blobs, seed } = options
  const definitions = new Map(options.entries.map(entry => [entry.id, entry]))
  const pulls = new Map<string, Pull>()
  const errors = new Map<string, ErrorShape>()
  const closing = new AbortController()
  const changed = (id: string) => options.onChange?.(id)
  let lastProgressMs = 0

  function definition(id: string): CatalogDefinition {
    const entry = definitions.get(id)
    if (entry === undefined)
      throw new TrancheError('not_found', `The catalog has no entry "${id}". It has: ${[...definitions.keys()].join(', ')}.`)
    return entry
  }

  const isReady = (entry: CatalogDefinition) => entry.files.every(file => blobs.has(file))

  function stateOf(entry: CatalogDefinition): EntryState {
    if (pulls.has(entry.id))
      return 'pulling'
    if (isReady(entry))
      return 'ready'
    return errors.has(entry.id) ? 'failed' : 'available'
  }

  function show(entry: CatalogDefinition): CatalogEntry {
    const state = stateOf(entry)
    const { tarballBytes, ...source } = entry.source
    return {
      ...entry,
      source,
      sizeBytes: sizeOfFiles(entry.files),
      digest: definitionDigest(entry),
      state,
      progress: state === 'ready' ? 1 : pulls.get(entry.id)?.progress ?? 0,
      error: state === 'failed' ? errors.get(entry.id) ?? null : null,
    }
  }

  function report(id: string, progress: number): void {
    const pull = pulls.get(id)
    if (pull === undefined)
      return
    pull.progress = Math.min(1, progress)
    const nowMs = performance.now()
    if (nowMs - lastProgressMs < progressIntervalMs)
      return
    lastProgressMs = nowMs
    changed(id)
  }

  async function fetchFiles(entry: CatalogDefinition): Promise<void> {
    const wanted = await unverifiedFiles(entry.files, blobs)
    const lacking = seed ? await copyFromSeed(wanted, seed, blobs, closing.signal) : wanted
    if (lacking.length === 0)
      return
    await requireSpace(blobs.root, sizeOfFiles(lacking))
    // Loaded only now: most starts of the app fetch nothing, and the registry client takes a while to load.
    const { fetchPackageFiles } = await import('./packageFiles')
    await fetchPackageFiles(entry.source, lacking, (file, contents) => blobs.put(contents, file, closing.signal), {
      partialDir: options.partialDir,
      settings: options.registry,
      idleTimeoutMs: options.idleTimeoutMs,
      resumeDelaysMs: options.resumeDelaysMs,
      signal: closing.signal,
      onProgress: bytes => report(entry.id, bytes / entry.source.tarballBytes),
    })
  }

  async function run(entry: CatalogDefinition): Promise<void> {
    try {
      closing.signal.throwIfAborted()
      await fetchFiles(entry)
      // A kill between the last file and the end of a pull leaves a download that is of no more use.
      await discardParts(options.partialDir, entry.source)
    }
    catch (error) {
      if (closing.signal.aborted)
        throw new TrancheError('cancelled', `Fetching ${entry.name} was stopped. What arrived is kept.`, { retryable: true, cause: error })
      errors.set(entry.id, toErrorShape(error))
      throw error
    }
    finally {
      pulls.delete(entry.id)
    }
  }

  return {
    list: () => [...definitions.values()].map(show),
    get: id => show(definition(id)),
    state: id => stateOf(definition(id)),
    files: (id) => {
      const entry = definition(id)
      if (!isReady(entry))
        throw new TrancheError('model_unavailable', `${entry.name} is not on this machine yet. Pull it from the catalog first.`, { retryable: true, details: { id } })
      return Object.fromEntries(entry.files.map(file => [file.role, blobs.path(file)]))
    },
    pull: async (id) => {
      const entry = definition(id)
      const underWay = pulls.get(id)
      if (underWay !== undefined)
        return underWay.done
      errors.delete(id)
      // Starts in a microtask, after the pull is on record.
      const done = Promise.resolve().then(() => run(entry)).finally(() => changed(id))
      pulls.set(id, { done, progress: 0 })
      changed(id)
      return done
    },
    verify: async id => (await unverifiedFiles(definition(id).files, blobs)).map(file => file.role),
    adoptSeed: async () => {
      if (!seed)
        return []
      const offered = [...definitions.values()].filter(entry => !isReady(entry) && entry.files.every(file => seed.has(file)))
      for (const entry of offered)
        await copyFromSeed(entry.files.filter(file => !blobs.has(file)), seed, blobs, closing.signal)
      const adopted = offered.filter(isReady).map(entry => entry.id)
      adopted.forEach(changed)
      return adopted
    },
    close: async () => {
      closing.abort()
      await Promise.allSettled([...pulls.values()].map(pull => pull.done))
    },
  }
}
