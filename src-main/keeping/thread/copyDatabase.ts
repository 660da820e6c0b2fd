import type { CopyFacts } from './messages'
import { rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { flush } from '../../store/flush'
import { damageIn } from '../../store/soundness'

/**
 * Copies a database as it is at one instant, whoever writes it meanwhile: one read transaction of the write-ahead log, which
 * keeps nobody from writing. The copy is on disk and looked through when this returns; if it throws, there is none.
 */
export function copyDatabase(from: string, to: string): CopyFacts {
  rmSync(to, { force: true })
  try {
    const source = new Database(from, { readonly: true, fileMustExist: true, timeout: 5000 })
    try {
      source.prepare('VACUUM INTO ?').run(to)
    }
    finally {
      source.close()
    }
    // SQLite does not flush what it makes this way.
    flush(to)
    return factsOf(to)
  }
  catch (thrown) {
    rmSync(to, { force: true })
    throw thrown
  }
}

/** What a database holds. Throws where it is not sound. */
export function factsOf(database: string): CopyFacts {
  const db = new Database(database, { readonly: true, fileMustExist: true })
  try {
    const damage = damageIn(db, 'quick_check')
    if (damage !== null)
      throw new Error(`The copy ${database} is not sound: ${damage}`)
    return {
      schema: Number(db.pragma('user_version', { simple: true })),
      jobs: db.prepare<[], number>('SELECT count(*) FROM job').pluck().get() ?? 0,
      events: db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM event').pluck().get() ?? 0,
    }
  }
  finally {
    db.close()
  }
}
