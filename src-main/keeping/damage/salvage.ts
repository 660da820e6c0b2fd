import type { Database } from 'better-sqlite3'
import type { Row } from './readable'
import { newId } from '../../store/ids'
import { columnsOf, readable, rowsOf } from './readable'

export interface Salvaged {
  /** Jobs that the backup lacked or knew an older state of. */
  readonly jobs: readonly string[]
  readonly events: number
  /** The newest event that the damaged file is known to have had; 0 where nothing tells. */
  readonly lastEvent: number
  /** Jobs that the damaged file names somewhere. */
  readonly named: ReadonlySet<string>
}

/** What people set; a readable row of it is newer than the backup's. Tenants twice, as one may come before its parent. */
const settled = ['tenant', 'tenant', 'queue', 'template', 'reservedWindow', 'meta'] as const

/**
 * Saves from a damaged database what can be read of it, row by row, into one that is sound and older. What does not fit the
 * constraints there stays behind. A job is saved with all its inputs or not at all, so that its counts always agree.
 */
export function salvage(damaged: Database, sound: Database, nowMs: number): Salvaged {
  for (const table of settled)
    rowsOf(damaged, table).filter(row => row.key !== 'recovered').forEach(row => put(sound, table, row, 'REPLACE'))
  saveDevices(damaged, sound)
  const jobs = readable(damaged, 'job', 'id')
  const saved = [...jobs.rows.values()].filter(job => saveJob(damaged, sound, job, nowMs)).map(({ id }) => String(id))
  for (const id of saved)
    damagedRows(damaged, 'SELECT * FROM dependency WHERE jobId = ?', id).forEach(row => put(sound, 'dependency', row, 'IGNORE'))
  const events = saveEvents(damaged, sound)
  const named = new Set([...jobs.keys, ...events.queued].map(String))
  return { jobs: saved, events: events.saved, lastEvent: events.last, named }
}

/** Devices that the backup lacks, with their slices; how one that it knows was cut then is kept, as its jobs and leases fit that. */
function saveDevices(damaged: Database, sound: Database): void {
  for (const device of rowsOf(damaged, 'device')) {
    if (!put(sound, 'device', device, 'IGNORE'))
      continue
    // Those of the device first: a compute instance refers to its GPU instance.
    const slices = damagedRows(damaged, 'SELECT * FROM slice WHERE deviceId = ?', device.id)
    slices.filter(({ parentId }) => parentId === null).forEach(slice => put(sound, 'slice', slice, 'IGNORE'))
    slices.filter(({ parentId }) => parentId !== null).forEach(slice => put(sound, 'slice', slice, 'IGNORE'))
  }
}

function saveJob(damaged: Database, sound: Database, job: Row, nowMs: number): boolean {
  const items = damagedRows(damaged, 'SELECT * FROM item WHERE jobId = ? ORDER BY idx', job.id)
  const counted = (state: string) => items.filter(item => item.state === state).length
  if (items.length !== job.itemCount || counted('done') !== job.doneCount || counted('failed') !== job.failedCount)
    return false
  const known = sound.prepare<[unknown], Row>('SELECT * FROM job WHERE id = ?').get(job.id)
  if (known && Object.keys(known).every(column => !(column in job) || known[column] === job[column]))
    return false
  return attempt(sound, () => {
    sound.prepare('DELETE FROM job WHERE id = ?').run(job.id)
    insert(sound, 'job', job)
    items.forEach(item => insert(sound, 'item', item))
    saveLeases(damaged, sound, job, items, nowMs)
    damagedRows(damaged, 'SELECT * FROM carry WHERE jobId = ?', job.id).forEach(row => insert(sound, 'carry', row))
  })
}

/** A result counts only under a lease of its job. None is in force any more: whoever held it ended with the lab. */
function saveLeases(damaged: Database, sound: Database, job: Row, items: readonly Row[], nowMs: number): void {
  const has = sound.prepare<[unknown], { holder: string }>('SELECT holder FROM lease WHERE epoch = ?')
  const over = (lease: Row): Row => ({ ...lease, releasedAtMs: lease.releasedAtMs ?? nowMs, released: lease.released ?? 'owner-died' })
  for (const lease of damagedRows(damaged, 'SELECT * FROM lease WHERE holder = ?', job.id)) {
    if (!has.get(lease.epoch))
      insert(sound, 'lease', over(lease))
  }
  for (const epoch of new Set(items.map(item => item.epoch).filter(epoch => epoch !== null))) {
    const holder = has.get(epoch)?.holder
    if (holder === undefined)
      insert(sound, 'lease', over({ epoch, id: newId('lease'), holder: job.id, holderKind: 'job', grantedAtMs: nowMs, usedAtMs: nowMs }))
    else if (holder !== job.id)
      throw new Error(`The results of ${String(job.id)} were made under a lease of ${holder}.`)
  }
}

function saveEvents(damaged: Database, sound: Database): { saved: number, last: number, queued: readonly string[] } {
  const has = sound.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM event').pluck().get() ?? 0
  const { rows, keys } = readable(damaged, 'event', 'seq')
  const counted = damagedRows(damaged, `SELECT seq FROM sqlite_sequence WHERE name = 'event'`)[0]?.seq
  let saved = 0
  for (const row of [...rows.values()].filter(({ seq }) => Number(seq) > has).sort((a, b) => Number(a.seq) - Number(b.seq)))
    saved += put(sound, 'event', row, 'IGNORE') ? 1 : 0
  return {
    saved,
    last: [...keys].reduce<number>((last, seq) => Math.max(last, Number(seq)), Number(counted ?? 0)),
    queued: [...rows.values()].flatMap(({ type, subject }) => type === 'job.queued' ? [String(subject)] : []),
  }
}

function damagedRows(damaged: Database, sql: string, ...parameters: unknown[]): Row[] {
  try {
    return damaged.prepare<unknown[], Row>(sql).all(...parameters)
  }
  catch {
    return []
  }
}

/** Returns false, and changes nothing, where the row does not fit or is there already. */
function put(sound: Database, table: string, row: Row, otherwise: 'REPLACE' | 'IGNORE'): boolean {
  let changes = 0
  const count = () => void (changes = insert(sound, table, row, otherwise))
  return attempt(sound, count) && changes > 0
}

function insert(sound: Database, table: string, row: Row, otherwise: 'REPLACE' | 'IGNORE' | 'ABORT' = 'ABORT'): number {
  const columns = columnsOf(sound, table).filter(column => column in row)
  const update = columns.filter(column => column !== columns[0]).map(column => `${column} = excluded.${column}`).join(', ')
  // Never OR REPLACE: it removes the row first, and what refers to it is in the way or goes with it.
  const conflict = otherwise === 'ABORT' ? '' : otherwise === 'IGNORE' ? 'ON CONFLICT DO NOTHING' : `ON CONFLICT (${columns[0]}) DO UPDATE SET ${update}`
  return sound.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ${conflict}`)
    .run(columns.map(column => row[column]))
    .changes
}

/** In a savepoint: all of it or nothing. */
function attempt(sound: Database, change: () => void): boolean {
  try {
    sound.transaction(change)()
    return true
  }
  catch {
    return false
  }
}
