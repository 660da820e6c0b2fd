import type { CatalogOptions } from '../../src-main/catalog/catalog'
import type { honest, PackageRegistry } from '../../src-main/catalog/testing/packageRegistry'
import { Buffer } from 'node:buffer'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobStore } from '../../src-main/catalog/blobStore'
import { createCatalog } from '../../src-main/catalog/catalog'
import { partName } from '../../src-main/catalog/partFile'
import { cutAfter, ignoringRange, quietAfter, slowly, startRegistry, status, wrongBytes } from '../../src-main/catalog/testing/packageRegistry'
import { samplePackage } from '../../src-main/catalog/testing/samplePackage'

const sample = samplePackage('sample', { 'weights.onnx': 300_000, 'words.txt': 2000 })
const two = samplePackage('two', { 'a.onnx': 50_000, 'b.onnx': 60_000 })
const total = sample.tarball.length

let registry: PackageRegistry
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tranche-catalog-'))
  registry = await startRegistry([sample, two])
})

afterEach(async () => {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(options: Partial<CatalogOptions> = {}) {
  return createCatalog({
    entries: [sample.entry, two.entry],
    blobs: openBlobStore(join(folder, 'blobs')),
    partialDir: join(folder, 'partial'),
    registry: registry.settings,
    idleTimeoutMs: 2000,
    resumeDelaysMs: [5, 5, 5],
    ...options,
  })
}

const partPath = () => join(folder, 'partial', `${partName(sample.entry.source)}.part`)
const partials = () => existsSync(join(folder, 'partial')) ? readdirSync(join(folder, 'partial')) : []
function storedFiles() {
  return existsSync(join(folder, 'blobs'))
    ? readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true }).filter(file => file.isFile()).map(file => file.name)
    : []
}

async function failure(promise: Promise<unknown>) {
  return promise.then(() => expect.unreachable('it should have failed'), (error: unknown) => error)
}

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
    expect(partials()).toEqual([])
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
    const pulled = failure(catalog.pull('sample'))
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
    expect(partials()).toEqual([])
  })
})

describe('a connection that is cut', () => {
  it('is resumed where it stopped', async () => {
    registry.answers.push(cutAfter(100_000), cutAfter(100_000))
    await open().pull('sample')
    expect(registry.ranges).toEqual([null, 'bytes=100000-', 'bytes=200000-'])
  })

  it('is given up after a few resumes, keeps what arrived, and the next pull asks only for the rest', async () => {
    registry.answers.push(cutAfter(50_000), cutAfter(50_000), cutAfter(50_000), cutAfter(50_000))
    const catalog = open()
    expect(await failure(catalog.pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringMatching(/after 4 tries.*127\.0\.0\.1/) })
    expect(catalog.get('sample')).toMatchObject({ state: 'failed', error: { code: 'model_unavailable', retryable: true } })
    expect(statSync(partPath()).size).toBe(200_000)
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
      response.writeHead(206, { 'content-range': `bytes 5-9/${total}`, 'content-length': 5 }).end('xxxxx')
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
    expect(await failure(open({ idleTimeoutMs: 150, resumeDelaysMs: [5] }).pull('sample')))
      .toMatchObject({ code: 'model_unavailable', message: expect.stringContaining('nothing arrived for 0.15 s') })
    expect(Date.now() - startMs).toBeLessThan(5000)
  })

  it('does not wait for ever for a page or for headers that never come', async () => {
    registry.page = () => {}
    expect(await failure(open({ idleTimeoutMs: 150, resumeDelaysMs: [] }).pull('sample'))).toMatchObject({ code: 'model_unavailable' })
    registry.page = null
    registry.fallback = () => {}
    expect(await failure(open({ idleTimeoutMs: 150, resumeDelaysMs: [] }).pull('sample'))).toMatchObject({ code: 'model_unavailable' })
  })
})

describe('what an earlier pull left', () => {
  const leave = async (bytes: Buffer) => {
    registry.answers.push(cutAfter(1000))
    await failure(open({ resumeDelaysMs: [] }).pull('sample'))
    writeFileSync(partPath(), bytes)
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
    writeFileSync(`${partPath()}.99999999-1`, sample.tarball.subarray(0, 150_000))
    rmSync(partPath())
    await open().pull('sample')
    expect(registry.ranges).toEqual(['bytes=150000-'])
  })

  it('is never taken from a process that runs', async () => {
    await leave(sample.tarball.subarray(0, 150_000))
    const held = `${partPath()}.${process.ppid}-1`
    writeFileSync(held, sample.tarball.subarray(0, 150_000))
    rmSync(partPath())
    await open().pull('sample')
    expect(registry.ranges).toEqual([null])
    expect(statSync(held).size).toBe(150_000)
    truncateSync(held)
  })
})

describe('a server that is wrong', () => {
  it('cannot pass other bytes off as the package', async () => {
    registry.fallback = wrongBytes
    expect(await failure(open().pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringMatching(/digest is wrong.*deleted/) })
    expect(storedFiles()).toEqual([])
    expect(partials()).toEqual([])
  })

  it('cannot send without end', async () => {
    registry.fallback = (_request, response) => {
      response.writeHead(200)
      const pump = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 1))) { /* until the socket is full */ }
      }
      response.on('drain', pump)
      pump()
    }
    expect(await failure(open().pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringContaining(`more than the ${total} bytes`) })
  })

  it.each([
    ['lacks the package', 404, /does not have it.*mirror/],
    ['refuses the credentials', 401, /refused \(HTTP 401\).*credentials/],
    ['refuses access', 403, /refused \(HTTP 403\).*credentials/],
  ])('that %s is asked once, and the message says what to do', async (_what, code, message) => {
    registry.page = status(code)
    expect(await failure(open().pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringMatching(message), options: { details: { attempts: 1 } } })
  })

  it('that is busy is asked again a few times', async () => {
    registry.answers.push(status(500), status(503), status(429))
    await open().pull('sample')
    registry.fallback = status(500)
    expect(await failure(open({ resumeDelaysMs: [5, 5] }).pull('two'))).toMatchObject({ message: expect.stringContaining('after 3 tries: the registry') })
  })

  it('that has no such version, other contents, or no page at all is named', async () => {
    const page = (body: string) => status(200, body)
    registry.page = page('{"versions":{}}')
    expect(await failure(open().pull('sample'))).toMatchObject({ message: expect.stringContaining('not this version') })
    registry.page = page('<html>sign in to the hotel network</html>')
    expect(await failure(open().pull('sample'))).toMatchObject({ message: expect.stringContaining('not a package page') })
    registry.page = page(JSON.stringify({ versions: { '1.0.0': { dist: { tarball: registry.url, integrity: 'sha512-AAAA' } } } }))
    expect(await failure(open().pull('sample'))).toMatchObject({ message: expect.stringContaining('other contents') })
    registry.page = page(JSON.stringify({ versions: { '1.0.0': { dist: { tarball: 'file:///etc/passwd' } } } }))
    expect(await failure(open().pull('sample'))).toMatchObject({ code: 'model_unavailable' })
  })

  it('that is not there is told at once, by its host alone', async () => {
    const { port } = new URL(registry.url)
    await registry.close()
    const options = { ...registry.settings.options, registry: `http://someone:secret@127.0.0.1:${port}/` }
    const error = await failure(open({ registry: { ...registry.settings, options } }).pull('sample'))
    expect(error).toMatchObject({ message: expect.stringMatching(/cannot be reached \(ECONNREFUSED\).*"registry", "proxy"/), options: { details: { attempts: 1 } } })
    expect(String(error)).not.toContain('secret')
  })
})

describe('credentials', () => {
  it('are sent to the registry they belong to', async () => {
    const options = { ...registry.settings.options, [`//${new URL(registry.url).host}/:_authToken`]: 'token' } as typeof registry.settings.options
    await open({ registry: { ...registry.settings, options } }).pull('sample')
    expect(registry.credentials).toEqual(['Bearer token', 'Bearer token'])
  })

  it('are not sent to another host that holds the tarball', async () => {
    const elsewhere = await startRegistry([sample])
    registry.page = status(200, JSON.stringify({ versions: { '1.0.0': { dist: { tarball: `${elsewhere.url}@samples/sample/-/sample.tgz` } } } }))
    const options = { ...registry.settings.options, [`//${new URL(registry.url).host}/:_authToken`]: 'token' } as typeof registry.settings.options
    await open({ registry: { ...registry.settings, options } }).pull('sample')
    expect(elsewhere.credentials).toEqual([undefined])
    await elsewhere.close()
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
