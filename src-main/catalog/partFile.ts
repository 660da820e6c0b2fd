import type { PackageSource } from './definitions'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../contract/errors'
import { isOlderThan, isRunning, ownerGoneMs } from './abandoned'

/** A download that is not complete yet, held by one pull at a time. */
export interface PartFile {
  readonly path: string
  /** Leaves the bytes for a later pull to go on with. */
  release: () => Promise<void>
  discard: () => Promise<void>
}

/** A part that nobody went on with for so long is waste. */
const wasteMs = 7 * 24 * 60 * 60 * 1000

const held = new Set<string>()
let claims = 0

/**
 * Takes over the part of a tarball that an earlier pull left, or names a new one. While it is held its name carries the
 * process, so that two pulls never write to one file, and a rename decides who gets a part that nobody holds. The part of
 * a process that was killed is free at once. Parts that nobody will go on with are removed on the way.
 */
export async function claimPart(folder: string, source: PackageSource): Promise<PartFile> {
  await mkdir(folder, { recursive: true })
  const free = join(folder, `${partName(source)}.part`)
  const path = `${free}.${process.pid}-${++claims}`
  held.add(path)
  const [largest, ...others] = await freeParts(folder, source)
  if (largest !== undefined)
    await renamed(largest, path)
  await removeAll([...others, ...await waste(folder)])
  return {
    path,
    release: async () => {
      if (sizeOf(path) > 0)
        await renamed(path, free)
      else
        await rm(path, { force: true })
      held.delete(path)
    },
    discard: async () => {
      await rm(path, { force: true })
      held.delete(path)
    },
  }
}

/** Removes the parts of a tarball that nobody holds; for one that is not needed any more. */
export async function discardParts(folder: string, source: PackageSource): Promise<void> {
  await removeAll(await freeParts(folder, source))
}

/** The version and the contents are in the name, so a part is never continued with another tarball's bytes. */
export function partName(source: PackageSource): string {
  const readable = `${source.package}-${source.version}`.replace(/[^\w.-]+/g, '-').replace(/^-+/, '')
  return `${readable}-${createHash('sha256').update(source.integrity).digest('hex').slice(0, 12)}.tgz`
}

/** Parts of a tarball that nobody holds, the largest first. */
async function freeParts(folder: string, source: PackageSource): Promise<readonly string[]> {
  const names = await namesIn(folder)
  return names
    .filter(name => name.startsWith(`${partName(source)}.part`))
    .map(name => join(folder, name))
    .filter(isFree)
    .sort((a, b) => sizeOf(b) - sizeOf(a))
}

async function waste(folder: string): Promise<readonly string[]> {
  const names = await namesIn(folder)
  return names
    .filter(name => /\.tgz\.part(?:\.|$)/.test(name))
    .map(name => join(folder, name))
    .filter(path => isFree(path) && isOlderThan(path, wasteMs))
}

function isFree(path: string): boolean {
  if (path.endsWith('.part'))
    return true
  const pid = /\.part\.(\d+)-\d+$/.exec(path)?.[1]
  if (pid === undefined || held.has(path))
    return false
  return Number(pid) === process.pid || !isRunning(Number(pid)) || isOlderThan(path, ownerGoneMs)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

async function removeAll(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map(path => rm(path, { force: true })))
}

/** Whether the file was there to be renamed: another pull may have been quicker. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  }
  catch (error) {
    if (systemCode(error) === 'ENOENT')
      return false
    throw error
  }
}
