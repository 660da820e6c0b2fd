import type { StatePaths } from '../store/stateDir'
import type { Store } from '../store/store'
import type { Recovered } from './damage/recover'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { TrancheError } from '../contract/errors'
import { damageAtStart, endedUncleanly } from '../store/soundness'
import { openStore } from '../store/store'
import { recover } from './damage/recover'
import { finishSwap } from './damage/swap'
import { repair } from './repair'

export interface Opened {
  readonly store: Store
  /** What was done where the database was damaged; null where it was not. */
  readonly recovered: Recovered | null
  /** What did not agree after an unclean end and was put right, in words. */
  readonly repaired: readonly string[]
  /** Rows that refer to nothing: for the doctor to tell. Looked for after an unclean end. */
  readonly strays: number
}

/**
 * Opens the lab's memory once it is known to be sound, or made so: a damaged database is set aside and replaced by the newest
 * sound copy. For the owner of the state folder alone.
 *
 * @throws TrancheError `state_damaged` where there is no sound copy, and whatever else `openStore` throws
 */
export function openSoundStore(paths: StatePaths, nowMs: number): Opened {
  const wasCut = finishSwap(paths)
  const isUnclean = wasCut || endedUncleanly(paths.database)
  const damage = lossOf(paths) ?? damageAtStart(paths.database, { always: isUnclean })
  let recovered = damage === null ? null : recover(paths, damage, nowMs)
  const store = open()
  if (!isUnclean && !recovered)
    return { store, recovered, repaired: [], strays: 0 }
  const repaired = repair(store, nowMs)
  return { store, recovered, repaired, strays: (store.db.pragma('foreign_key_check') as unknown[]).length }

  /** A large database that was closed well is not looked through, and may still turn out to be damaged. */
  function open(): Store {
    try {
      return openStore(paths)
    }
    catch (thrown) {
      if (!(thrown instanceof TrancheError && thrown.code === 'state_damaged') || recovered)
        throw thrown
      recovered = recover(paths, thrown.message, nowMs)
      return openStore(paths)
    }
  }
}

/** An empty file looks like a new lab to SQLite, and it throws a log without its file away: where there was a lab, both are a loss. */
function lossOf(paths: StatePaths): string | null {
  const size = statSync(paths.database, { throwIfNoEntry: false })?.size
  if (size === undefined)
    return endedUncleanly(paths.database) ? 'the file is gone, and its log is there' : null
  const wasLab = [paths.backups, paths.jobs].some(folder => existsSync(folder) && readdirSync(folder).length > 0)
  return size === 0 && wasLab ? 'the file is empty' : null
}
