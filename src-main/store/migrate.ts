import type { Database } from 'better-sqlite3'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { TrancheError } from '../contract/errors'
import { flush } from './flush'
import { first } from './migrations/0001-first'
import { slicing } from './migrations/0002-slicing'
import { promises } from './migrations/0003-promises'
import { queues } from './migrations/0004-queues'

/** The steps from an empty database to today's, in order; the database's `user_version` counts those taken. */
export const migrations: readonly string[] = [first, slicing, promises, queues]

/**
 * Brings a database up to date, each step in a transaction of its own, after a backup of what was there.
 * A newer database is refused (`state_newer`): an older version could only lose what it does not know.
 */
export function migrate(db: Database, backupDir: string, steps: readonly string[] = migrations): void {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > steps.length) {
    throw new TrancheError('state_newer', `The database of this state folder has version ${version}, and this Tranche knows versions up to ${steps.length}. Install a newer Tranche, or name another folder with --state.`, {
      details: { version, supported: steps.length },
    })
  }
  if (version > 0 && version < steps.length)
    backUp(db, join(backupDir, `before-version-${version + 1}.db`))
  for (let next = version; next < steps.length; next++) {
    db.transaction(() => {
      db.exec(steps[next])
      db.pragma(`user_version = ${next + 1}`)
    }).immediate()
  }
}

/** A whole, consistent copy of the database; a copy cut short by a crash is never taken for one. */
function backUp(db: Database, target: string): void {
  const unfinished = `${target}.unfinished`
  rmSync(unfinished, { force: true })
  db.prepare('VACUUM INTO ?').run(unfinished)
  // SQLite does not flush what it makes this way.
  flush(unfinished)
  renameSync(unfinished, target)
}
