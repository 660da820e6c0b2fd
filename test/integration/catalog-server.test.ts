import type { CatalogFixture } from '../helpers/catalog/catalogFixture'
import type { PackageRegistry } from '../helpers/catalog/packageRegistry'
import { Buffer } from 'node:buffer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { catalogFixture, failureOf } from '../helpers/catalog/catalogFixture'
import { startRegistry, status, wrongBytes } from '../helpers/catalog/packageRegistry'
import { samplePackage } from '../helpers/catalog/samplePackage'

const sample = samplePackage('sample', { 'weights.onnx': 300_000, 'words.txt': 2000 })
const two = samplePackage('two', { 'a.onnx': 50_000, 'b.onnx': 60_000 })

let fixture: CatalogFixture
let registry: PackageRegistry
const open: CatalogFixture['open'] = options => fixture.open(options)

beforeEach(async () => {
  fixture = await catalogFixture([sample, two])
  registry = fixture.registry
})

afterEach(() => fixture.close())

describe('a server that is wrong', () => {
  it('cannot pass other bytes off as the package', async () => {
    registry.fallback = wrongBytes
    expect(await failureOf(open().pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringMatching(/digest is wrong.*deleted/) })
    expect(fixture.stored()).toEqual([])
    expect(fixture.partials()).toEqual([])
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
    expect(await failureOf(open().pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringContaining(`more than the ${sample.tarball.length} bytes`) })
  })

  it.each([
    ['lacks the package', 404, /does not have it.*mirror/],
    ['refuses the credentials', 401, /refused \(HTTP 401\).*credentials/],
    ['refuses access', 403, /refused \(HTTP 403\).*credentials/],
  ])('that %s is asked once, and the message says what to do', async (_what, code, message) => {
    registry.page = status(code)
    expect(await failureOf(open().pull('sample'))).toMatchObject({ code: 'model_unavailable', message: expect.stringMatching(message), options: { details: { attempts: 1 } } })
  })

  it('that is busy is asked again a few times', async () => {
    registry.answers.push(status(500), status(503), status(429))
    await open().pull('sample')
    registry.fallback = status(500)
    expect(await failureOf(open({ resumeDelaysMs: [5, 5] }).pull('two'))).toMatchObject({ message: expect.stringContaining('after 3 tries: the registry') })
  })

  it('that has no such version, other contents, or no page at all is named', async () => {
    const page = (body: string) => status(200, body)
    registry.page = page('{"versions":{}}')
    expect(await failureOf(open().pull('sample'))).toMatchObject({ message: expect.stringContaining('not this version') })
    registry.page = page('<html>sign in to the hotel network</html>')
    expect(await failureOf(open().pull('sample'))).toMatchObject({ message: expect.stringContaining('not a package page') })
    registry.page = page(JSON.stringify({ versions: { '1.0.0': { dist: { tarball: registry.url, integrity: 'sha512-AAAA' } } } }))
    expect(await failureOf(open().pull('sample'))).toMatchObject({ message: expect.stringContaining('other contents') })
    registry.page = page(JSON.stringify({ versions: { '1.0.0': { dist: { tarball: 'file:///etc/passwd' } } } }))
    expect(await failureOf(open().pull('sample'))).toMatchObject({ code: 'model_unavailable' })
  })

  it('that is not there is told at once, by its host alone', async () => {
    const { port } = new URL(registry.url)
    await registry.close()
    const options = { ...registry.settings.options, registry: `http://someone:secret@127.0.0.1:${port}/` }
    const error = await failureOf(open({ registry: { ...registry.settings, options } }).pull('sample'))
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
