import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobStore } from '../../src-main/catalog/blobStore'
import { createCatalog } from '../../src-main/catalog/catalog'
import { definitionDigest, readDefinitions } from '../../src-main/catalog/definitions'
import { catalogEntry } from '../../src-main/contract/model'
import { samplePackage } from '../helpers/catalog/samplePackage'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tranche-definitions-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the entries that come with the product', () => {
  it('are what the contract shows', () => {
    const catalog = createCatalog({ entries: readDefinitions(), blobs: openBlobStore(join(folder, 'blobs')), partialDir: folder })
    for (const entry of catalog.list()) {
      expect(catalogEntry.parse(entry)).toEqual(entry)
      expect(entry).toMatchObject({ state: 'available', progress: 0, error: null })
    }
  })

  it('offer a default model for each recipe that needs one', () => {
    expect(readDefinitions().map(({ id, recipe, default: isDefault }) => ({ id, recipe, isDefault }))).toEqual([
      { id: 'ppocr-v4', recipe: 'ocr', isDefault: true },
      { id: 'silero-vad-v5', recipe: 'vad', isDefault: true },
      { id: 'silero-vad-v6', recipe: 'vad', isDefault: false },
    ])
  })

  it('have the roles that the recipes read', () => {
    const roles = Object.fromEntries(readDefinitions().map(entry => [entry.id, entry.files.map(file => file.role)]))
    expect(roles['ppocr-v4']).toEqual(['detector', 'recogniser', 'classifier', 'dictionary'])
    expect(roles['silero-vad-v5']).toEqual(['model'])
  })
})

describe('the digest of an entry', () => {
  const { entry } = samplePackage('sample', { 'a.onnx': 10, 'b.onnx': 10 })

  it('does not depend on the order of the files', () => {
    expect(definitionDigest({ files: entry.files.toReversed() })).toBe(definitionDigest(entry))
  })

  it('changes when a file does, or when two swap their roles', () => {
    const [a, b] = entry.files
    if (a === undefined || b === undefined)
      expect.unreachable()
    expect(definitionDigest({ files: [{ ...a, sha256: b.sha256 }, b] })).not.toBe(definitionDigest(entry))
    expect(definitionDigest({ files: [{ ...a, role: b.role }, { ...b, role: a.role }] })).not.toBe(definitionDigest(entry))
  })
})

describe('an entry that is not valid', () => {
  const { entry } = samplePackage('sample', { 'a.onnx': 10 })
  const write = (content: unknown, name = 'sample.json') => writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  const [file] = entry.files

  it.each([
    ['climbs out of the tarball', { ...entry, files: [{ ...file, path: '../a.onnx' }] }],
    ['has an absolute path', { ...entry, files: [{ ...file, path: '/a.onnx' }] }],
    ['has a Windows path', { ...entry, files: [{ ...file, path: 'a\\b.onnx' }] }],
    ['names a role twice', { ...entry, files: [file, file] }],
    ['has no files', { ...entry, files: [] }],
    ['has a short digest', { ...entry, files: [{ ...file, sha256: 'ab' }] }],
    ['follows a tag', { ...entry, source: { ...entry.source, version: 'latest' } }],
    ['has a weak integrity', { ...entry, source: { ...entry.source, integrity: 'sha1-AAAA' } }],
    ['has a package name that is a path', { ...entry, source: { ...entry.source, package: '../etc' } }],
    ['holds live state', { ...entry, state: 'ready' }],
  ])('is refused by its file name when it %s', (_what, content) => {
    write(content)
    expect(() => readDefinitions(folder)).toThrow(expect.objectContaining({ code: 'internal', message: expect.stringContaining('sample.json') }))
  })

  it('is refused when it is not JSON, or is not named after its id', () => {
    write('{')
    expect(() => readDefinitions(folder)).toThrow(/sample\.json.*not JSON/)
    rmSync(join(folder, 'sample.json'))
    write(entry, 'other.json')
    expect(() => readDefinitions(folder)).toThrow(/other\.json.*its id is sample/)
  })
})
