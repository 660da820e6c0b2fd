import type { CatalogFixture } from '../helpers/catalog/catalogFixture'
import type { honest, PackageRegistry } from '../helpers/catalog/packageRegistry'
import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobStore } from '../../src-main/catalog/blobStore'
import { catalogFixture, failureOf } from '../helpers/catalog/catalogFixture'
import { cutAfter, ignoringRange, quietAfter, status } from '../helpers/catalog/packageRegistry'
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

describe('a connection that is cut', () => {
  it('is resumed where it stopped', async () => {
    registry.answers.push(cutAfter(100_000), cutAfter(100_000))
    await open().pull('sample')
    expect(registry.ranges).toEqual([null, 'bytes=100000-', 'bytes=200000-'])
  })

  it('is given up after a few resumes, keeps what arrived, and the next pull asks only for the rest', async () => {
    registry.answers.push(cutAfter(50_000), cutAfter(50_000), cutAfter(50_000), cutAfter(50_000))
    const catalog = open()
    expect(await failureOf(catalog.pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringMatching(/after 4 tries.*127\.0\.0\.1/) })
    expect(catalog.get('sample')).toMatchObject({ state: 'failed', error: { code: 'model_unavailable', retryable: true } })
    expect(statSync(fixture.partPath(sample)).size).toBe(200_000)
    await catalog.pull('sample')
    expect(registry.ranges).toHaveLength(5)
    expect(registry.ranges.at(-1)).toBe('bytes=200000-')
    expect(catalog.get('sample')).toMatchObject({ state: 'ready', error: null })
  })

  it('starts over where the server ignores ranges', async () => {
    registry.answers.push(cutAfter(100_000))
    registry.fallback = ignoringRange
    const catalog = open()
    await catalog.pull('sample')
    expect(await catalog.verify('sample')).toEqual([])
    expect(registry.ranges).toEqual([null, 'bytes=100000-'])
  })

  it('starts over where the server refuses the range, or sends another one', async () => {
    const otherRange: typeof honest = (_request, response) => {
      response.writeHead(206, { 'content-range': `bytes 5-9/${sample.tarball.length}`, 'content-length': 5 }).end('xxxxx')
    }
    for (const answer of [status(416), otherRange]) {
      registry.answers.push(cutAfter(100_000), answer)
      const catalog = open({ blobs: openBlobStore(mkdtempSync(join(folder, 'blobs-'))) })
      await catalog.pull('sample')
      expect(await catalog.verify('sample')).toEqual([])
      expect(registry.ranges.splice(0)).toEqual([null, 'bytes=100000-', null])
    }
  })

  it('does not wait for ever when nothing more arrives', async () => {
    registry.fallback = quietAfter(1000)
    const startMs = Date.now()
    expect(await failureOf(open({ idleTimeoutMs: 150, resumeDelaysMs: [5] }).pull('sample')))
      .toMatchObject({ code: 'model_unavailable', message: expect.stringContaining('nothing arrived for 0.15 s') })
    expect(Date.now() - startMs).toBeLessThan(5000)
  })

  it('does not wait for ever for a page or for headers that never come', async () => {
    registry.page = () => {}
    expect(await failureOf(open({ idleTimeoutMs: 150, resumeDelaysMs: [] }).pull('sample'))).toMatchObject({ code: 'model_unavailable' })
    registry.page = null
    registry.fallback = () => {}
    expect(await failureOf(open({ idleTimeoutMs: 150, resumeDelaysMs: [] }).pull('sample'))).toMatchObject({ code: 'model_unavailable' })
  })
})

describe('what an earlier pull left', () => {
  const leave = async (bytes: Buffer) => {
    registry.answers.push(cutAfter(1000))
    await failureOf(open({ resumeDelaysMs: [] }).pull('sample'))
    writeFileSync(fixture.partPath(sample), bytes)
    registry.ranges.length = 0
  }

  it('is used without the network when it is complete', async () => {
    await leave(sample.tarball)
    await registry.close()
    await open().pull('sample')
    expect(open().state('sample')).toBe('ready')
  })

  it('is thrown away when it was changed, and fetched anew', async () => {
    const poisoned = Buffer.from(sample.tarball.subarray(0, 200_000))
    poisoned[12_345] = (poisoned[12_345] ?? 0) ^ 0xFF
    await leave(poisoned)
    const catalog = open()
    await catalog.pull('sample')
    expect(await catalog.verify('sample')).toEqual([])
    expect(registry.ranges).toEqual(['bytes=200000-', null])
  })

  it('is thrown away when it is too long', async () => {
    await leave(Buffer.concat([sample.tarball, Buffer.from('more')]))
    await open().pull('sample')
    expect(registry.ranges).toEqual([null])
  })

  it('is free at once when the process that held it is gone', async () => {
    await leave(sample.tarball.subarray(0, 150_000))
    // No process has this number: it is above every system's limit.
    writeFileSync(`${fixture.partPath(sample)}.99999999-1`, sample.tarball.subarray(0, 150_000))
    rmSync(fixture.partPath(sample))
    await open().pull('sample')
    expect(registry.ranges).toEqual(['bytes=150000-'])
  })

  it('is never taken from a process that runs', async () => {
    await leave(sample.tarball.subarray(0, 150_000))
    const held = `${fixture.partPath(sample)}.${process.ppid}-1`
    writeFileSync(held, sample.tarball.subarray(0, 150_000))
    rmSync(fixture.partPath(sample))
    await open().pull('sample')
    expect(registry.ranges).toEqual([null])
    expect(statSync(held).size).toBe(150_000)
    truncateSync(held)
  })
})

describe('downloads that nobody will go on with', () => {
  it('are removed: smaller ones of the same tarball, and all that are a week old', async () => {
    registry.answers.push(cutAfter(100_000))
    await failureOf(open({ resumeDelaysMs: [] }).pull('sample'))
    writeFileSync(`${fixture.partPath(sample)}.99999999-1`, sample.tarball.subarray(0, 50))
    const forgotten = join(folder, 'partial', 'forgotten-1.0.0-000000000000.tgz.part')
    const recent = join(folder, 'partial', 'recent-1.0.0-000000000000.tgz.part')
    const foreign = join(folder, 'partial', 'notes.txt')
    for (const path of [forgotten, recent, foreign])
      writeFileSync(path, 'x')
    const weekAgo = new Date(Date.now() - 8 * 24 * 3600 * 1000)
    utimesSync(forgotten, weekAgo, weekAgo)
    utimesSync(foreign, weekAgo, weekAgo)
    await open().pull('sample')
    expect(registry.ranges.at(-1)).toBe('bytes=100000-')
    expect([...fixture.partials()].sort()).toEqual(['notes.txt', 'recent-1.0.0-000000000000.tgz.part'])
  })

  it('are removed when the entry turns out to be ready', async () => {
    await open().pull('sample')
    writeFileSync(`${fixture.partPath(sample)}.99999999-1`, sample.tarball)
    await open().pull('sample')
    expect(fixture.partials()).toEqual([])
  })
})
