import { openBlobStore } from '../../src-main/catalog/blobStore'
import { cachedModelsDir, cachedPartialDir } from '../../src-main/catalog/cacheDir'
import { createCatalog } from '../../src-main/catalog/catalog'
import { readDefinitions } from '../../src-main/catalog/definitions'

/**
 * The files of a catalog entry by role, absolute, for tests that run a real model. They come from the cache that the
 * set-up fills; only a cache without them is filled from the network first.
 */
export async function modelFiles(entryId: string): Promise<Readonly<Record<string, string>>> {
  const catalog = createCatalog({
    entries: readDefinitions(),
    blobs: openBlobStore(cachedModelsDir()),
    partialDir: cachedPartialDir(),
  })
  if (catalog.state(entryId) !== 'ready')
    await catalog.pull(entryId)
  return catalog.files(entryId)
}
