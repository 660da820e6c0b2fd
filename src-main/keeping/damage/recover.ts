import type { StatePaths } from '../../store/stateDir'
import type { Base } from './base'
import type { Salvaged } from './salvage'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import Database from 'better-sqlite3'
import { TrancheError } from '../../contract/errors'
import { openDatabase } from '../../store/database'
import { flush } from '../../store/flush'
import { recoveryRepository } from '../../store/recoveries'
import { timeName } from '../timeName'
import { copyNewestSound } from './base'
import { newestEpoch } from './newestEpoch'
import { salvage } from './salvage'
import { recoveredName, swap } from './swap'

export interface Recovered {
  readonly from: string
  readonly backupAtMs: number
  readonly jobsSaved: number
  /** Ids of jobs that are known to have been there and are not. */
  readonly jobsMissing: readonly string[]
  readonly eventsLost: number
  /** Where the damaged files are now. */
  readonly aside: string
  readonly words: string
}

/** Jobs are named one by one up to here; an event and a sentence have to stay readable. */
const maxNamed = 10_000

/**
 * Replaces a damaged database by the newest sound copy there is, with all that can still be read of the damaged one, and says
 * what is missing. Nothing is deleted: the damaged files go to `damaged/<time>/`. The new database is made and flushed beside,
 * and takes its place in one step.
 *
 * @throws TrancheError `state_damaged` where there is no sound copy; nothing has been touched then
 */
export function recover(paths: StatePaths, damage: string, nowMs: number): Recovered {
  const folder = join(paths.damaged, timeName(nowMs))
  const making = join(folder, 'recovered.unfinished.db')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const base = copyNewestSound(paths, making)
  if (!base) {
    rmSync(folder, { recursive: true, force: true })
    throw new TrancheError('state_damaged', `The database ${paths.database} is damaged (${damage}), and ${paths.backups} has no sound copy of it. Restore a backup with \`tranche restore FILE\`, or move the file away to start anew.`, { details: { damage } })
  }
  const recovered = build(paths, { base, damage, folder, making, nowMs })
  renameSync(making, join(folder, recoveredName))
  flush(folder, 'folder')
  flush(paths.damaged, 'folder')
  swap(paths, folder)
  return recovered
}

interface Making {
  readonly base: Base
  readonly damage: string
  readonly folder: string
  readonly making: string
  readonly nowMs: number
}

function build(paths: StatePaths, { base, damage, folder, making, nowMs }: Making): Recovered {
  const db = openDatabase(making, folder)
  try {
    const inBase = new Set(db.prepare<[], string>('SELECT id FROM job').pluck().all())
    const lastInBase = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM event').pluck().get() ?? 0
    return db.transaction(() => {
      const saved = base.canSalvage ? readDamaged(paths, folder, damaged => salvage(damaged, db, nowMs)) : null
      db.prepare(`UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'lease'`).run(newestEpoch(paths.jobs))
      const told = tell(paths, { base, damage, folder, inBase, lastInBase, saved, has: id => db.prepare('SELECT 1 FROM job WHERE id = ?').get(id) !== undefined })
      const { words, ...data } = told
      db.prepare(`INSERT INTO event (atMs, type, subject, data) VALUES (?, 'lab.recovered', 'lab', ?)`).run(nowMs, JSON.stringify({ ...data, damage }))
      recoveryRepository(db).set({ atMs: nowMs, words })
      return told
    })()
  }
  finally {
    // Out of its log and into the file, as it is moved without one.
    db.pragma('journal_mode = DELETE')
    db.close()
    flush(making)
  }
}

interface Telling {
  readonly base: Base
  readonly damage: string
  readonly folder: string
  readonly inBase: ReadonlySet<string>
  readonly lastInBase: number
  readonly saved: Salvaged | null
  readonly has: (jobId: string) => boolean
}

function tell(paths: StatePaths, { base, damage, folder, inBase, lastInBase, saved, has }: Telling): Recovered {
  const folders = existsSync(paths.jobs) ? readdirSync(paths.jobs).filter(name => name.startsWith('job_')) : []
  const missing = [...new Set([...folders, ...saved?.named ?? []])].filter(id => !has(id)).sort()
  const fresh = saved?.jobs.filter(id => !inBase.has(id)).length ?? 0
  const eventsLost = Math.max(0, (saved?.lastEvent ?? 0) - lastInBase - (saved?.events ?? 0))
  const words = [
    `The database was damaged (${damage}) and was replaced by ${base.from} of ${new Date(base.atMs).toISOString()}.`,
    saved ? `${saved.jobs.length} jobs were saved from the damaged file, ${fresh} of them newer than the copy.` : '',
    missing.length > 0 ? `Missing: ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ` and ${missing.length - 20} more` : ''}; what they had written is still in ${paths.jobs}.` : 'No job is known to be missing.',
    eventsLost > 0 ? `${eventsLost} events were lost.` : '',
    `The damaged files are in ${folder}.`,
  ].filter(sentence => sentence !== '').join(' ')
  return { from: base.from, backupAtMs: base.atMs, jobsSaved: saved?.jobs.length ?? 0, jobsMissing: missing.slice(0, maxNamed), eventsLost, aside: folder, words }
}

/** Reads a copy: opening the file itself would write to what lies beside it, and it is the last evidence. Null where it cannot be opened at all. */
function readDamaged(paths: StatePaths, folder: string, read: (damaged: Database.Database) => Salvaged): Salvaged | null {
  const copy = join(folder, `reading-${basename(paths.database)}`)
  let db: Database.Database | undefined
  try {
    if (!existsSync(paths.database))
      return null
    for (const ending of ['', '-wal']) {
      if (existsSync(`${paths.database}${ending}`))
        copyFileSync(`${paths.database}${ending}`, `${copy}${ending}`)
    }
    db = new Database(copy, { readonly: true })
    return read(db)
  }
  finally {
    db?.close()
    for (const ending of ['', '-wal', '-shm'])
      rmSync(`${copy}${ending}`, { force: true })
  }
}
