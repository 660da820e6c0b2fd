import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { PackageRegistry } from '../helpers/catalog/packageRegistry'
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { honest, slowly, startRegistry } from '../helpers/catalog/packageRegistry'
import { samplePackage } from '../helpers/catalog/samplePackage'

/** The prefetch program as it ships, beside a catalog of its own: it is what a kill meets in the field. */
const repo = resolve(import.meta.dirname, '../..')
const sample = samplePackage('sample', { 'a.onnx': 3_000_000, 'b.onnx': 4_000_000 })
const other = samplePackage('other', { 'c.onnx': 200_000 })

let product: string
let cache: string
let registry: PackageRegistry

beforeAll(async () => {
  product = mkdtempSync(join(tmpdir(), 'tranche-prefetch-'))
  await build({
    root: repo,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(repo, 'src-main/catalog/prefetch.ts'),
      outDir: join(product, 'out/main'),
      rollupOptions: { output: { format: 'es', entryFileNames: '[name].js' } },
    },
  })
  writeFileSync(join(product, 'package.json'), '{"type":"module"}')
  symlinkSync(join(repo, 'node_modules'), join(product, 'node_modules'), 'junction')
  mkdirSync(join(product, 'resources/catalog'), { recursive: true })
  for (const { entry } of [sample, other])
    writeFileSync(join(product, 'resources/catalog', `${entry.id}.json`), JSON.stringify(entry))
})

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'tranche-cache-'))
  registry = await startRegistry([sample, other])
})

afterEach(async () => {
  await registry.close()
  rmSync(cache, { recursive: true, force: true })
})

afterAll(() => rmSync(product, { recursive: true, force: true }))

function environment() {
  return {
    ...process.env,
    TRANCHE_CACHE: cache,
    npm_config_registry: registry.url,
    npm_config_userconfig: join(cache, 'none'),
    npm_config_globalconfig: join(cache, 'none'),
    NO_PROXY: '127.0.0.1',
  }
}

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(product, 'out/main/prefetch.js'), ...args], { env: environment() })
  return { child, ended: result(child) }
}

async function result(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { status: child.exitCode, stdout, stderr }
}

function filesUnder(folder: string) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(file => file.isFile()).map(file => join(file.parentPath, file.name))
}

/** Every file under a final name is whole, whatever happened before. */
function expectNoBrokenBlob() {
  for (const path of filesUnder(cache).filter(file => /[/\\][0-9a-f]{64}$/.test(file)))
    expect(path).toContain(createHash('sha256').update(readFileSync(path)).digest('hex'))
}

describe('a prefetch', () => {
  it('fetches the default entries, tells its progress in lines, and needs no network the second time', async () => {
    registry.fallback = slowly(500_000, 20)
    expect((await start('--check').ended).status).toBe(1)
    const { status, stdout, stderr } = await start().ended
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const lines = stdout.trim().split('\n').map(line => JSON.parse(line) as { progress: number, text: string })
    expect(lines.map(line => line.progress)).toEqual(lines.map(line => line.progress).sort((a, b) => a - b))
    expect(lines.some(line => /^sample \d\.\d of 7\.0 MB$/.test(line.text))).toBe(true)
    expect(lines.at(-1)).toEqual({ progress: 1, text: 'other, sample: ready' })
    await registry.close()
    expect((await start('--check').ended).status).toBe(0)
    expect((await start().ended).status).toBe(0)
  })

  it('that fails says so in one line', async () => {
    await registry.close()
    const { status, stderr } = await start().ended
    expect(status).toBe(1)
    expect(stderr).toMatch(/^@samples\/other@1\.0\.0 could not be fetched: .*ECONNREFUSED.*\n$/)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('that runs twice at a time ends well twice', async () => {
    registry.fallback = slowly(500_000, 10)
    const both = await Promise.all([start().ended, start().ended])
    expect(both.map(({ status, stderr }) => ({ status, stderr }))).toEqual([{ status: 0, stderr: '' }, { status: 0, stderr: '' }])
    expectNoBrokenBlob()
  })

  it('killed while it downloads asks only for the rest the next time', async () => {
    registry.fallback = slowly(250_000, 5)
    const { child, ended } = start()
    const part = () => filesUnder(cache).find(path => path.includes('samples-sample-1.0.0'))
    await expect.poll(() => statSync(part() ?? '', { throwIfNoEntry: false })?.size ?? 0, { interval: 2, timeout: 10_000 }).toBeGreaterThan(1_000_000)
    child.kill('SIGKILL')
    await ended
    const keptBytes = statSync(part() ?? '').size
    expect(keptBytes).toBeLessThan(sample.tarball.length)
    registry.ranges.length = 0
    expect(await start().ended).toMatchObject({ status: 0, stderr: '' })
    expect(registry.ranges).toEqual([`bytes=${keptBytes}-`])
  })

  it('killed at any moment leaves nothing broken, and the next goes on from there', async () => {
    // A whole pull takes about 600 ms from its first line, so the kills fall before, into and after each of its parts.
    registry.fallback = slowly(250_000, 5)
    for (let kills = 0; kills < 12;) {
      const { child, ended } = start()
      await Promise.race([once(child.stdout, 'data'), ended])
      await sleep(Math.random() * 700)
      child.kill('SIGKILL')
      const { status } = await ended
      expectNoBrokenBlob()
      if (status === null)
        kills++
      else
        rmSync(join(cache, 'models'), { recursive: true })
    }
    registry.fallback = honest
    expect(await start().ended).toMatchObject({ status: 0, stderr: '' })
    expectNoBrokenBlob()
    expect(filesUnder(cache).filter(path => !/[0-9a-f]{64}$/.test(path))).toEqual([])
    expect((await start('--check').ended).status).toBe(0)
  })
})

/** A disk of a chosen size that lasts as long as one command: a mount inside a name space of its own. */
function onSmallDisk(sizeBytes: number, command: string) {
  const script = `mount -t tmpfs -o size=${sizeBytes} tmpfs "$TRANCHE_CACHE" && { ${command}; }`
  return result(spawn('unshare', ['-rm', 'sh', '-c', script], { env: environment() }))
}

const canMount = process.platform === 'linux' && spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0

describe.skipIf(!canMount)('a disk without space (needs a Linux that lets a user mount)', () => {
  const run = () => `"${process.execPath}" "${join(product, 'out/main/prefetch.js')}"; echo "status $?"; find "$TRANCHE_CACHE" -type f -size +0 -printf '%f %s\\n'`
  const small = other.entry.files[0]

  it('is told before the download where it could never fit', async () => {
    const { stdout, stderr } = await onSmallDisk(2_000_000, run())
    expect(stderr).toMatch(/^No space is left for .*: 7\.0 MB are needed\. Free some space.*\n$/)
    expect(registry.ranges).toHaveLength(1)
    expect(stdout.split('status 1\n')[1]).toBe(`${small?.sha256} ${small?.sizeBytes}\n`)
  })

  it('that fills while the files are stored leaves no half file and gives its space back', async () => {
    const { stdout, stderr } = await onSmallDisk(11_000_000, run())
    expect(stderr).toMatch(/^No space is left for .*\n$/)
    expect(registry.ranges).toHaveLength(2)
    const left = stdout.split('status 1\n')[1]?.trim().split('\n').map(line => line.split(' ')[0])
    expect(left?.every(name => /^[0-9a-f]{64}$/.test(name ?? ''))).toBe(true)
    expect(left).toHaveLength(2)
  })
})
