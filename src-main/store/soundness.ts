import type { Database as Connection } from 'better-sqlite3'
import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { systemCode } from '../contract/errors'

/** Looking through this much takes a tenth of a second; a larger database is looked through after an unclean end only. */
const quickBytes = 64 * 1024 ** 2

/** Whether the last owner ended without closing the database: then its log is still there. */
export function endedUncleanly(database: string): boolean {
  return (statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/**
 * What is wrong with the database, in SQLite's words; null where nothing is, or where it was closed well and is too large to
 * look through at each start. Writes nothing: a connection that may write would carry a bad log into the file when it closes.
 */
export function damageAtStart(database: string, options: { readonly always?: boolean } = {}): string | null {
  const size = statSync(database, { throwIfNoEntry: false })?.size
  if (size === undefined || size === 0)
    return null
  const isWhole = options.always || size <= quickBytes || endedUncleanly(database)
  return reading(database, db => strangerIn(db) ?? (isWhole ? damageIn(db, 'quick_check') : null))
}

/** What is wrong with a database file, in SQLite's words, or null. `integrity_check` compares each index with its table too, for twice the time. */
export function damageOf(database: string, check: 'quick_check' | 'integrity_check'): string | null {
  return reading(database, db => damageIn(db, check))
}

export function damageIn(db: Connection, check: 'quick_check' | 'integrity_check'): string | null {
  const answer = db.pragma(`${check}(1)`, { simple: true })
  return answer === 'ok' ? null : String(answer)
}

/** A log of another database can put that one in the place of the lab's, and look sound. Tables come with a version, in one transaction. */
function strangerIn(db: Connection): string | null {
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get())
  return tables > 0 && db.pragma('user_version', { simple: true }) === 0 ? 'it holds tables that are not a lab\'s' : null
}

function reading(database: string, look: (db: Connection) => string | null): string | null {
  let db: Connection | undefined
  try {
    db = new Database(database, { readonly: true, fileMustExist: true, timeout: 2000 })
    return look(db)
  }
  catch (thrown) {
    if (isDamage(thrown))
      return thrown instanceof Error ? thrown.message : String(thrown)
    throw thrown
  }
  finally {
    db?.close()
  }
}

/** Whether a failure says that the database itself is broken, and not the disk or the rights. */
export function isDamage(thrown: unknown): boolean {
  const code = systemCode(thrown)
  return code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT') === true
}
