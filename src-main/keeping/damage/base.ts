import type { StatePaths } from '../../store/stateDir'
import { copyFileSync, statSync } from 'node:fs'
import { damageOf, endedUncleanly } from '../../store/soundness'
import { keptBackups } from '../regularBackups'

/** A sound database that is older than the damaged one. */
export interface Base {
  /** Path below the state folder's own names, for people. */
  readonly from: string
  readonly atMs: number
  /** Whether the damaged file can tell more: not where it is the log beside it that is bad, of another database perhaps. */
  readonly canSalvage: boolean
}

/**
 * Copies the newest sound database there is to `target`: the file without its log, where only that is bad, else a backup, the
 * newest that is sound. Null where there is none.
 */
export function copyNewestSound(paths: StatePaths, target: string): Base | null {
  const database = statSync(paths.database, { throwIfNoEntry: false })
  if (database && database.size > 0 && endedUncleanly(paths.database)) {
    copyFileSync(paths.database, target)
    // A file between two states may look sound page by page: each index is compared with its table.
    if (damageOf(target, 'integrity_check') === null)
      return { from: 'the database without its log', atMs: database.mtimeMs, canSalvage: false }
  }
  for (const { path, atMs } of keptBackups(paths.backups)) {
    copyFileSync(path, target)
    if (statSync(target).size > 0 && damageOf(target, 'integrity_check') === null)
      return { from: path, atMs, canSalvage: true }
  }
  return null
}
