import type { CatalogFixture } from '../helpers/catalog/catalogFixture'
import type { PackageRegistry } from '../helpers/catalog/packageRegistry'
import { Buffer } from 'node:buffer'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobStore } from '../../src-main/catalog/blobStore'
import { catalogFixture, failureOf } from '../helpers/catalog/catalogFixture'
import { quietAfter, slowly } from '../helpers/catalog/packageRegistry'
import { samplePackage } from '../helpers/catalog/samplePackage'

const sample = samplePackage('sample', { 'weights.onnx': 300_000, 'words.txt': 2000 })
const two = samplePackage('two', { 'a.onnx': 50_000, 'b.onnx': 60_000 })

let fixture: CatalogFixture
let registry: PackageRegistry
let folder: string
const open: CatalogFixture['open'] = options => fixture.open(options)

beforeEach(async () => {
  fixture = await catalogFixture([sample, two])
  ;({ registry, folder } = fixture)
})

afterEach(() => fixture.close())

describe('a pull', () => {
  it('makes an entry ready, with read-only files, and leaves no partial download', async () => {
    const catalog = open()
    expect(catalog.state('sample')).toBe('available')
    expect(() => catalog.files('sample')).toThrow(expect.objectContaining({ code: 'model_unavailable' }))
    await catalog.pull('sample')
    expect(catalog.get('sample')).toMatchObject({ state: 'ready', progress: 1, error: null })
    const files = catalog.files('sample')
    expect(Object.keys(files)).toEqual(['weights', 'words'])
    expect(statSync(files.weights ?? '').size).toBe(300_000)
    expect(statSync(files.weights ?? '').mode & 0o222).toBe(0)
    expect(await catalog.verify('sample')).toEqual([])
    expect(fixture.partials()).toEqual([])
  })

  it('is joined by another pull of the same entry, and leaves other entries alone', async () => {
    registry.fallback = slowly(60_000, 20)
    const catalog = open()
    await Promise.all([catalog.pull('sample'), catalog.pull('sample')])
    expect(registry.ranges).toHaveLength(1)
    expect(catalog.state('two')).toBe('available')
  })

  it('tells its progress, at most ten times a second', async () => {
    registry.fallback = slowly(20_000, 25)
    const seen: number[] = []
    const catalog = open({ onChange: id => seen.push(catalog.get(id).progress) })
    await catalog.pull('sample')
    expect(seen.length).toBeLessThan(10)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
    expect(seen.some(progress => progress > 0.1 && progress < 0.9)).toBe(true)
  })

  it('mends a broken file of a ready entry', async () => {
    const catalog = open()
    await catalog.pull('sample')
    const { words = '' } = catalog.files('sample')
    rmSync(words)
    writeFileSync(words, Buffer.alloc(2000))
    expect(catalog.state('sample')).toBe('ready')
    expect(await catalog.verify('sample')).toEqual(['words'])
    await catalog.pull('sample')
    expect(await catalog.verify('sample')).toEqual([])
  })

  it('of something unknown is refused, naming what there is', async () => {
    await expect(open().pull('nothing')).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('sample, two') })
  })

  it('can be stopped, and the next goes on with what arrived', async () => {
    registry.answers.push(quietAfter(100_000))
    const catalog = open()
    const pulled = failureOf(catalog.pull('sample'))
    await expect.poll(() => catalog.get('sample').progress).toBeGreaterThan(0.2)
    await catalog.close()
    expect(await pulled).toMatchObject({ code: 'cancelled' })
    expect(catalog.state('sample')).toBe('available')
    await open().pull('sample')
    expect(registry.ranges.at(-1)).toMatch(/^bytes=\d{5,}-$/)
  })

  it('of two entries of one tarball at the same time gives each its own files', async () => {
    const [first, second] = [{ ...two.entry, id: 'first', files: two.entry.files.slice(0, 1) }, { ...two.entry, id: 'second', files: two.entry.files.slice(1) }]
    registry.fallback = slowly(30_000, 10)
    const catalog = open({ entries: [first, second] })
    await Promise.all([catalog.pull('first'), catalog.pull('second')])
    expect(await catalog.verify('first')).toEqual([])
    expect(await catalog.verify('second')).toEqual([])
    expect(fixture.partials()).toEqual([])
  })
})

describe('the seed', () => {
  it('makes entries ready without the network', async () => {
    const seed = openBlobStore(join(folder, 'seed'))
    await open({ blobs: seed }).pull('sample')
    await registry.close()
    const changed: string[] = []
    const catalog = open({ seed: openBlobStore(seed.root, { readOnly: true }), onChange: id => changed.push(id) })
    expect(await catalog.adoptSeed()).toEqual(['sample'])
    expect(changed).toEqual(['sample'])
    expect(await catalog.verify('sample')).toEqual([])
    expect(catalog.state('two')).toBe('available')
  })

  it('that is broken is passed over, and the network asked', async () => {
    const seed = openBlobStore(join(folder, 'seed'))
    const seeded = open({ blobs: seed })
    await seeded.pull('sample')
    const { weights = '' } = seeded.files('sample')
    rmSync(weights)
    writeFileSync(weights, Buffer.alloc(300_000))
    const catalog = open({ seed: openBlobStore(seed.root, { readOnly: true }) })
    expect(await catalog.adoptSeed()).toEqual([])
    await catalog.pull('sample')
    expect(await catalog.verify('sample')).toEqual([])
    expect(readFileSync(weights).every(byte => byte === 0)).toBe(true)
  })
})
