import type { Buffer } from 'node:buffer'
import type { Manifest, Part } from './archive/format'
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode, TrancheError } from '../contract/errors'
import { flush } from '../store/flush'
import { migrations } from '../store/migrate'
import { damageOf } from '../store/soundness'
import { databaseName, formatVersion, head, headName, isPartPath, manifest, manifestName } from './archive/format'
import { readArchive } from './archive/readArchive'
import { readText } from './archive/readHead'

/** Far more than the manifest of the largest lab; a text that claims more is not read. */
const maxTextBytes = 512 * 1024 ** 2

/**
 * Unpacks a backup into a new folder and checks all of it: that it is one, whole, of a version that is known here, each part
 * with its digest, and its database sound. Only names that a lab gives become paths, so nothing is written elsewhere.
 *
 * @throws TrancheError `invalid_input` with what is wrong with the file, `state_newer`
 */
export async function unpack(file: string, folder: string): Promise<Manifest> {
  const unusable = (why: string, cause?: unknown) => new TrancheError('invalid_input', `${file} cannot be restored: ${why}. Take another backup.`, { cause })
  try {
    return await checked(file, folder, unusable)
  }
  catch (thrown) {
    // What the system says (no rights, no space) is not the fault of the file.
    throw thrown instanceof TrancheError || systemCode(thrown) !== undefined ? thrown : unusable(thrown instanceof Error ? thrown.message : String(thrown), thrown)
  }
}

async function checked(file: string, folder: string, unusable: (why: string) => Error): Promise<Manifest> {
  const present = new Map<string, Part>()
  let told: Manifest | undefined
  let isFirst = true
  for await (const entry of readArchive(file)) {
    const { path, size } = entry
    if (isFirst) {
      isFirst = false
      if (path !== headName || size > maxTextBytes)
        throw unusable('it is not a backup of a lab')
      requireKnown(parsed(head, await readText(entry.contents()), () => unusable('its first part cannot be read')))
    }
    else if (told) {
      throw unusable('something follows its manifest')
    }
    else if (path === manifestName) {
      if (size > maxTextBytes)
        throw unusable('its manifest is too large')
      told = parsed(manifest, await readText(entry.contents()), () => unusable('its manifest cannot be read'))
    }
    else if (!isPartPath(path) || present.has(path)) {
      throw unusable(`it holds ${JSON.stringify(path)}, which no lab writes there`)
    }
    else {
      present.set(path, await writePart(folder, path, size, entry.contents()))
    }
  }
  if (!told)
    throw unusable(isFirst ? 'it is not a backup of a lab' : 'it was cut short: its manifest is missing')
  requireKnown(told)
  for (const part of told.parts) {
    const found = present.get(part.path)
    if (found?.sha256 !== part.sha256 || found.bytes !== part.bytes)
      throw unusable(`${part.path} in it is ${found ? 'not what was backed up' : 'missing'}`)
  }
  if (present.size !== told.parts.length || !present.has(databaseName))
    throw unusable('it does not hold what its manifest says')
  const damage = damageOf(join(folder, databaseName), 'integrity_check')
  if (damage !== null)
    throw unusable(`its database is damaged (${damage})`)
  return told
}

function parsed<T>(schema: { safeParse: (value: unknown) => { success: true, data: T } | { success: false } }, text: string, broken: () => Error): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  }
  catch {
    throw broken()
  }
  const result = schema.safeParse(value)
  if (!result.success)
    throw broken()
  return result.data
}

function requireKnown({ formatVersion: format, schema, version }: { formatVersion: number, schema: number, version: string }): void {
  if (format > formatVersion || schema > migrations.length) {
    throw new TrancheError('state_newer', `This backup was made by Tranche ${version} with a database of version ${schema}, and this Tranche knows versions up to ${migrations.length}. Install a newer Tranche, then restore it.`, {
      details: { version: schema, supported: migrations.length },
    })
  }
}

async function writePart(folder: string, path: string, bytes: number, contents: AsyncIterable<Buffer>): Promise<Part> {
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  // `wx`: on a disk that takes two spellings for one name, the second must not write over the first.
  const out = await open(target, 'wx', 0o600)
  const hash = createHash('sha256')
  try {
    for await (const chunk of contents) {
      hash.update(chunk)
      await out.writeFile(chunk)
    }
    await out.sync()
  }
  finally {
    await out.close()
  }
  flush(dirname(target), 'folder')
  return { path, bytes, sha256: hash.digest('hex') }
}
