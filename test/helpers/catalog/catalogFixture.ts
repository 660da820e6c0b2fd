import type { Catalog, CatalogOptions } from '../../../src-main/catalog/catalog'
import type { PackageRegistry } from './packageRegistry'
import type { SamplePackage } from './samplePackage'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobStore } from '../../../src-main/catalog/blobStore'
import { createCatalog } from '../../../src-main/catalog/catalog'
import { partName } from '../../../src-main/catalog/partFile'
import { startRegistry } from './packageRegistry'

export interface CatalogFixture {
  readonly folder: string
  readonly registry: PackageRegistry
  /** A catalog over the fixture's folder and registry, as after a start of the app. Impatient: it waits little. */
  open: (options?: Partial<CatalogOptions>) => Catalog
  /** Where a download of the package rests between pulls. */
  partPath: (sample: SamplePackage) => string
  /** Names in the folder of downloads. */
  partials: () => readonly string[]
  /** Names of all files in the store. */
  stored: () => readonly string[]
  close: () => Promise<void>
}

/** A folder and a registry with these packages; `close` removes both. */
export async function catalogFixture(packages: readonly SamplePackage[]): Promise<CatalogFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'tranche-catalog-'))
  const registry = await startRegistry(packages)
  const partialDir = join(folder, 'partial')
  const blobs = join(folder, 'blobs')
  return {
    folder,
    registry,
    open: options => createCatalog({
      entries: packages.map(({ entry }) => entry),
      blobs: openBlobStore(blobs),
      partialDir,
      registry: registry.settings,
      idleTimeoutMs: 2000,
      resumeDelaysMs: [5, 5, 5],
      ...options,
    }),
    partPath: ({ entry }) => join(partialDir, `${partName(entry.source)}.part`),
    partials: () => filesIn(partialDir),
    stored: () => filesIn(blobs),
    close: async () => {
      await registry.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a promise is rejected with; a promise that is kept is the caller's failure. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(() => null, (error: unknown) => ({ error }))
  if (outcome === null)
    throw new Error('It should have failed.')
  return outcome.error
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(file => file.isFile()).map(file => file.name)
  }
  catch {
    return []
  }
}
