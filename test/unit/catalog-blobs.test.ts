import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobStore } from '../../src-main/catalog/blobStore'

const contents = Buffer.from('a model, or something like it')
const blob = { sha256: createHash('sha256').update(contents).digest('hex'), sizeBytes: contents.length }

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tranche-blobs-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

async function* stream(...chunks: readonly Buffer[]) {
  yield* chunks
}

function filesIn(folder: string) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(file => !file.isDirectory()).map(file => file.name)
}

describe('putting a blob', () => {
  it('stores it under its digest', async () => {
    const store = openBlobStore(root)
    expect(store.has(blob)).toBe(false)
    await store.put(stream(contents.subarray(0, 5), contents.subarray(5)), blob)
    expect(store.has(blob)).toBe(true)
    expect(store.path(blob)).toBe(join(root, 'sha256', blob.sha256.slice(0, 2), blob.sha256))
    expect(readFileSync(store.path(blob))).toEqual(contents)
    expect(await store.verify(blob)).toBe(true)
  })

  it.each([
    ['longer', [contents, Buffer.from('x')]],
    ['shorter', [contents.subarray(1)]],
    ['other', [Buffer.alloc(contents.length)]],
    ['no', []],
  ])('keeps nothing when the stream has %s bytes', async (_what, chunks) => {
    await expect(openBlobStore(root).put(stream(...chunks), blob)).rejects.toMatchObject({ code: 'model_unavailable' })
    expect(filesIn(root)).toEqual([])
  })

  it('keeps nothing when the stream fails, or the signal is aborted', async () => {
    const store = openBlobStore(root)
    async function* failing() {
      yield contents
      throw new Error('the disk was pulled out')
    }
    await expect(store.put(failing(), blob)).rejects.toThrow('pulled out')
    await expect(store.put(stream(contents), blob, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    expect(filesIn(root)).toEqual([])
  })

  it('replaces a broken one, and may run twice at a time', async () => {
    const store = openBlobStore(root)
    mkdirSync(dirname(store.path(blob)), { recursive: true })
    writeFileSync(store.path(blob), Buffer.alloc(contents.length))
    expect(await store.verify(blob)).toBe(false)
    await Promise.all([store.put(stream(contents), blob), store.put(stream(contents), blob)])
    expect(await store.verify(blob)).toBe(true)
    expect(filesIn(root)).toEqual([blob.sha256])
  })
})

describe('looking at a blob', () => {
  it('does not believe a wrong size, a link or a folder', () => {
    const store = openBlobStore(root)
    const path = store.path(blob)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'short')
    expect(store.has(blob)).toBe(false)
    rmSync(path)
    writeFileSync(join(root, 'elsewhere'), contents)
    symlinkSync(join(root, 'elsewhere'), path)
    expect(store.has(blob)).toBe(false)
    rmSync(path)
    mkdirSync(path)
    expect(store.has(blob)).toBe(false)
  })

  it.each(['', '..', '../../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`])('refuses %j as a digest', (sha256) => {
    expect(() => openBlobStore(root).path({ sha256, sizeBytes: 1 })).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})

describe('opening a store', () => {
  const leave = (name: string) => {
    const path = join(root, 'sha256', 'ab', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'half of a model')
    return path
  }

  it('clears what a dead process left, and nothing else', () => {
    const dead = leave('.tmp-99999999-00')
    const running = leave(`.tmp-${process.pid}-00`)
    const foreign = leave('notes.txt')
    openBlobStore(root)
    expect([dead, running, foreign].map(path => existsSync(path))).toEqual([false, true, true])
  })

  it('clears what is a day old, whoever runs under its number now', () => {
    const old = leave(`.tmp-${process.pid}-00`)
    utimesSync(old, new Date(), new Date(Date.now() - 25 * 3600 * 1000))
    openBlobStore(root)
    expect(existsSync(old)).toBe(false)
  })

  it('read-only writes nothing', async () => {
    const dead = leave('.tmp-99999999-00')
    const store = openBlobStore(root, { readOnly: true })
    expect(existsSync(dead)).toBe(true)
    await expect(store.put(stream(contents), blob)).rejects.toThrow('read-only')
  })
})
