import type { DatabaseThread } from './thread/databaseThread'
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { flush } from '../store/flush'
import { timeName, timeOf } from './timeName'

export interface KeptBackup {
  readonly path: string
  readonly atMs: number
  /** Made by the schedule; the others were made before an upgrade. */
  readonly isRegular: boolean
}

/** The copies of the database in a folder of backups, the newest first. */
export function keptBackups(folder: string): KeptBackup[] {
  return readdirSync(folder).flatMap((name): KeptBackup[] => {
    const path = join(folder, name)
    const regular = /^regular-(.*)\.db$/.exec(name)?.[1]
    const atMs = regular === undefined ? null : timeOf(regular)
    if (atMs !== null)
      return [{ path, atMs, isRegular: true }]
    return /^before-version-\d+\.db$/.test(name) ? [{ path, atMs: statSync(path).mtimeMs, isRegular: false }] : []
  }).sort((a, b) => b.atMs - a.atMs)
}

/**
 * Makes one more copy of the database and lets the oldest beyond `keep` go. A copy counts only once it is whole, flushed and
 * looked through; a good one is never given up for one that is not.
 */
export async function makeRegularBackup(thread: DatabaseThread, database: string, folder: string, keep: number, nowMs: number): Promise<string> {
  for (const name of readdirSync(folder).filter(name => /^regular-.*\.unfinished(?:-journal)?$/.test(name)))
    rmSync(join(folder, name), { force: true })
  const path = join(folder, `regular-${timeName(nowMs)}.db`)
  const unfinished = `${path}.unfinished`
  await thread({ kind: 'copy', from: database, to: unfinished })
  renameSync(unfinished, path)
  flush(folder, 'folder')
  // Never the one just made, even where the clock was set back and others are named later.
  for (const old of keptBackups(folder).filter(({ isRegular, path: other }) => isRegular && other !== path).slice(Math.max(0, keep - 1)))
    rmSync(old.path, { force: true })
  return path
}
