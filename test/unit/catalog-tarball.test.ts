import type { SampleEntry } from '../helpers/catalog/samplePackage'
import { Buffer } from 'node:buffer'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openBlobStore } from '../../src-main/catalog/blobStore'
import { readTarball } from '../../src-main/catalog/tarballFiles'
import { definitionOf, tarballOf } from '../helpers/catalog/samplePackage'

const weights = { path: 'dist/weights.onnx', contents: Buffer.alloc(100_000, 'weights') }
const honest: SampleEntry = { path: `package/${weights.path}`, contents: weights.contents }

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tranche-tarball-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Unpacks into a store and gives the names of all files that are on disk then. */
async function unpack(tarball: Buffer): Promise<readonly string[]> {
  const path = join(folder, 'package.tgz')
  writeFileSync(path, tarball)
  const store = openBlobStore(join(folder, 'store'))
  const { files } = definitionOf('sample', tarball, [weights])
  try {
    await readTarball(path, files, (file, contents) => store.put(contents, file))
  }
  finally {
    rmSync(path)
  }
  for (const file of files)
    expect(await store.verify(file)).toBe(true)
  return filesOnDisk()
}

function filesOnDisk() {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(file => !file.isDirectory()).map(file => file.name)
}

it('takes the wanted file, whatever the first folder is called', async () => {
  expect(await unpack(tarballOf([honest]))).toHaveLength(1)
  expect(await unpack(tarballOf([{ ...honest, path: `weights-1.0/${weights.path}` }]))).toHaveLength(1)
})

it('writes nothing for entries that climb, are absolute, or are links', async () => {
  expect(await unpack(tarballOf([
    { path: '../escaped', contents: Buffer.from('x') },
    { path: 'package/../../escaped', contents: Buffer.from('x') },
    { path: '/escaped', contents: Buffer.from('x') },
    { path: 'package/dist', type: 'SymbolicLink', linkpath: '/etc' },
    { path: 'package/hard', type: 'Link', linkpath: '../../escaped' },
    { path: 'package/folder', type: 'Directory' },
    honest,
  ]))).toHaveLength(1)
})

it('does not take a link for the file of its name', async () => {
  const link: SampleEntry = { path: honest.path, type: 'SymbolicLink', linkpath: '/etc/passwd' }
  await expect(unpack(tarballOf([link]))).rejects.toMatchObject({ code: 'model_unavailable', message: expect.stringContaining('does not hold') })
  expect(filesOnDisk()).toEqual([])
})

it.each([
  ['lacks the file', tarballOf([{ path: 'package/other', contents: Buffer.from('x') }]), 'does not hold dist/weights.onnx'],
  ['declares a huge size', tarballOf([{ ...honest, declaredBytes: 8 * 1024 ** 3 - 1 }]), 'should have 100000 bytes and has 8589934591'],
  ['declares a size beyond its end in another entry', tarballOf([{ path: 'package/big', declaredBytes: 2 ** 32 }, honest]), 'Truncated'],
  ['has a file of another size', tarballOf([{ ...honest, contents: weights.contents.subarray(1) }]), 'has 99999'],
  ['has other contents', tarballOf([{ ...honest, contents: Buffer.alloc(100_000) }]), 'another digest'],
  ['is cut in the middle', tarballOf([honest]).subarray(0, 200), 'cannot be unpacked'],
  ['is not one', Buffer.from('<html>not found</html>'), 'cannot be unpacked'],
  ['is empty', Buffer.alloc(0), ''],
  ['is a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'decompression ratio'],
])('refuses a tarball that %s', async (_what, tarball, message) => {
  await expect(unpack(tarball)).rejects.toMatchObject({ code: 'model_unavailable', message: expect.stringContaining(message) })
  expect(filesOnDisk()).toEqual([])
})

it('stops when what it hands out cannot be stored', async () => {
  const path = join(folder, 'package.tgz')
  const tarball = tarballOf([honest])
  writeFileSync(path, tarball)
  const { files } = definitionOf('sample', tarball, [weights])
  await expect(readTarball(path, files, () => Promise.reject(new Error('no space')))).rejects.toThrow('no space')
  await expect(readTarball(path, files, async () => {}, AbortSignal.abort(new Error('enough')))).rejects.toThrow()
})
