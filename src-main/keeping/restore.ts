import type { Ownership } from '../store/ownership'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Database from 'better-sqlite3'
import { TrancheError } from '../contract/errors'
import { flush } from '../store/flush'
import { takeOwnership } from '../store/ownership'
import { prepareStateDir, statePaths } from '../store/stateDir'
import { databaseName } from './archive/format'
import { asDiskFull } from './diskFull'
import { linkBlobs } from './linkBlobs'
import { makeFolder, occupant } from './newFolder'
import { timeName } from './timeName'
import { unpack } from './unpack'

export interface Restored {
  readonly dir: string
  /** Instant that the lab is back at. */
  readonly atMs: number
  readonly jobs: number
  /** Where the lab is now that was there before; null if there was none. */
  readonly before: string | null
  /** Result files that the backup says it lacks. */
  readonly missing: readonly string[]
  /** Catalog entries that the lab had, and that were not found beside it. */
  readonly models: readonly string[]
}

/**
 * Makes a lab from a backup, in a new or empty folder or in place of a lab that nobody has open. All of the backup is unpacked
 * and checked beside first; the lab that was there is set aside whole, and put back if the new one cannot take its place.
 *
 * @throws TrancheError `state_owned` with its owner, `state_newer`, `invalid_input`, `disk_full`
 */
export async function restore(file: string, dir: string, nowMs: number): Promise<Restored> {
  if (!existsSync(file))
    throw new TrancheError('not_found', `There is no file ${file}.`)
  const place = occupant(dir)
  if (place === 'other')
    throw new TrancheError('invalid_input', `${dir} is there and is not a state folder, so nothing is restored into it. Name a new folder, or an empty one.`)
  const ownership = place === 'lab' ? takeOwnership(statePaths(dir), 'cli', nowMs) : null
  const before = place === 'lab' ? freeName(`${dir}.before-restore-${timeName(nowMs)}`) : null
  try {
    const fill = async (folder: string) => {
      const manifest = await unpack(file, folder)
      noteRestore(join(folder, databaseName), manifest.atMs, nowMs)
      const blobs = before === null ? 0 : linkBlobs(statePaths(dir).blobs, statePaths(folder).blobs)
      return { dir, atMs: manifest.atMs, jobs: manifest.jobs, before, missing: manifest.missing, models: blobs > 0 ? [] : manifest.models }
    }
    const restored = await (before === null ? makeFolder(dir, fill) : makeFolder(dir, fill, () => setAside(dir, before, ownership)))
    prepareStateDir(dir)
    return restored
  }
  catch (thrown) {
    throw asDiskFull(thrown, `the lab in ${dir}`)
  }
  finally {
    ownership?.release()
  }
}

function setAside(dir: string, before: string, ownership: Ownership | null): () => void {
  // Windows renames no folder in which a file is open.
  if (process.platform === 'win32')
    ownership?.release()
  renameSync(dir, before)
  return () => renameSync(before, dir)
}

function freeName(wanted: string): string {
  let name = wanted
  for (let number = 2; existsSync(name); number++)
    name = `${wanted}-${number}`
  return name
}

/** The lab's own log says that time went back here. */
function noteRestore(database: string, backupAtMs: number, nowMs: number): void {
  const db = new Database(database)
  try {
    db.prepare(`INSERT INTO event (atMs, type, subject, data) VALUES (?, 'lab.restored', 'lab', ?)`).run(nowMs, JSON.stringify({ backupAtMs }))
  }
  finally {
    db.close()
  }
  flush(database)
}
