import type { Catalog, CatalogOptions } from './catalog'
import type { CatalogDefinition } from './definitions'
import { createCatalog } from './catalog'

export interface PrefetchProgress {
  /** 0 to 1 over all that is fetched. */
  readonly progress: number
  /** What is being fetched, for a person: `PP-OCRv4 5.2 of 14.9 MB`. */
  readonly text: string
}

const reportIntervalMs = 200

/** Whether every default entry is in the store. Looks at sizes only, so it is quick enough for each start. */
export function defaultsPresent(options: CatalogOptions): boolean {
  const catalog = createCatalog(options)
  return defaults(options).every(entry => catalog.state(entry.id) === 'ready')
}

/**
 * Makes every default entry ready, one after the other. Reports at most five times a second, and once at the end.
 *
 * @throws TrancheError as `Catalog.pull` does, for the first entry that cannot be had
 */
export async function prefetchDefaults(options: CatalogOptions, report: (at: PrefetchProgress) => void): Promise<void> {
  const entries = defaults(options)
  let lastMs = -Infinity
  const catalog = createCatalog({
    ...options,
    onChange: (id) => {
      const nowMs = performance.now()
      const entry = entries.find(candidate => candidate.id === id)
      if (entry === undefined || nowMs - lastMs < reportIntervalMs)
        return
      lastMs = nowMs
      report(progressOf(catalog, entry, entries))
    },
  })
  for (const entry of entries)
    await catalog.pull(entry.id)
  report({ progress: 1, text: `${entries.map(entry => entry.name).join(', ')}: ready` })
}

function defaults(options: CatalogOptions): readonly CatalogDefinition[] {
  return options.entries.filter(entry => entry.default)
}

/** Weighs each entry by what travels for it. */
function progressOf(catalog: Catalog, current: CatalogDefinition, entries: readonly CatalogDefinition[]): PrefetchProgress {
  const receivedBytes = (entry: CatalogDefinition) => catalog.get(entry.id).progress * entry.source.tarballBytes
  const sum = (count: (entry: CatalogDefinition) => number) => entries.reduce((total, entry) => total + count(entry), 0)
  return {
    progress: sum(receivedBytes) / sum(entry => entry.source.tarballBytes),
    text: `${current.name} ${megabytes(receivedBytes(current))} of ${megabytes(current.source.tarballBytes)} MB`,
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
