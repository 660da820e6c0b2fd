import type { PackageSource } from './definitions'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../contract/errors'
import { isOld, isRunning } from './abandoned'

/** A download that is not complete yet, held by one pull at a time. */
export interface PartFile {
  readonly path: string
  /** Leaves the bytes for a later pull to go on with. */
  release: () => Promise<void>
  discard: () => Promise<void>
}

const held = new Set<string>()
let claims = 0

/**
 * Takes over the part of a tarball that an earlier pull left, or names a new one. While it is held its name carries the
 * process, so that two pulls never write to one file, and a rename decides who gets a part that nobody holds. The part of
 * a process that was killed is free at once.
 */
export async function claimPart(folder: string, source: PackageSource): Promise<PartFile> {
  await mkdir(folder, { recursive: true })
  const free = join(folder, `${partName(source)}.part`)
  const path = `${free}.${process.pid}-${++claims}`
  held.add(path)
  for (const candidate of await freeParts(folder, free)) {
    if (await renamed(candidate, path))
      break
  }
  return {
    path,
    release: async () => {
      if (isEmpty(path))
        await rm(path, { force: true })
      else
        await renamed(path, free)
      held.delete(path)
    },
    discard: async () => {
      await rm(path, { force: true })
      held.delete(path)
    },
  }
}

/** The version and the contents are in the name, so a part is never continued with another tarball's bytes. */
export function partName(source: PackageSource): string {
  const readable = `${source.package}-${source.version}`.replace(/[^\w.-]+/g, '-').replace(/^-+/, '')
  return `${readable}-${createHash('sha256').update(source.integrity).digest('hex').slice(0, 12)}.tgz`
}

async function freeParts(folder: string, free: string): Promise<readonly string[]> {
  const all = (await readdir(folder)).map(name => join(folder, name)).filter(path => path.startsWith(free))
  return all.filter(path => path === free || isLeft(path, path.slice(free.length)))
}

function isLeft(path: string, suffix: string): boolean {
  const pid = /^\.(\d+)-\d+$/.exec(suffix)?.[1]
  if (pid === undefined || held.has(path))
    return false
  return Number(pid) === process.pid || !isRunning(Number(pid)) || isOld(path)
}

function isEmpty(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0
}

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
