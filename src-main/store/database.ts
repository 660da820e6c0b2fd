import Database from 'better-sqlite3'
import { systemCode, TrancheError } from '../contract/errors'
import { migrate } from './migrate'
import { isDamage } from './soundness'

/**
 * Opens the lab's database: one writer, write-ahead log, every commit flushed to disk before it is acknowledged.
 * Throws `state_damaged` where the file is not a database, `state_newer` where a newer Tranche wrote it.
 */
export function openDatabase(path: string, backupDir: string): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(path, { timeout: 2000 })
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('trusted_schema = OFF')
    migrate(db, backupDir)
    return db
  }
  catch (thrown) {
    db?.close()
    if (isDamage(thrown))
      throw new TrancheError('state_damaged', `The database ${path} is damaged (${systemCode(thrown)}). Put back a copy from ${backupDir}, or move the file away to start anew.`, { cause: thrown })
    throw thrown
  }
}
