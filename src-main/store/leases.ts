import type { Database } from 'better-sqlite3'

export interface LeaseRow {
  readonly id: string
  readonly sliceId: string
  readonly holder: string
  /** Grows with every lease ever granted in this lab; a message that carries an older one is void. */
  readonly epoch: number
  readonly grantedAtMs: number
}

export function leaseRepository(db: Database) {
  const insert = db.prepare('INSERT INTO lease (id, sliceId, holder, grantedAtMs) VALUES (@id, @sliceId, @holder, @grantedAtMs)')
  const live = db.prepare<[], LeaseRow>('SELECT id, sliceId, holder, epoch, grantedAtMs FROM lease WHERE releasedAtMs IS NULL ORDER BY epoch')
  const liveOf = db.prepare<[string], LeaseRow>('SELECT id, sliceId, holder, epoch, grantedAtMs FROM lease WHERE holder = ? AND releasedAtMs IS NULL')
  const release = db.prepare('UPDATE lease SET releasedAtMs = ?, released = ? WHERE epoch = ? AND releasedAtMs IS NULL')
  return {
    /** Throws a unique-constraint error if the slice or the holder has a live lease already. */
    insert: (row: Omit<LeaseRow, 'epoch'>): LeaseRow => ({ ...row, epoch: Number(insert.run(row).lastInsertRowid) }),
    live: (): LeaseRow[] => live.all(),
    liveOf: (holder: string): LeaseRow | undefined => liveOf.get(holder),
    /** Returns false if it was released before. */
    release: (epoch: number, atMs: number, why: string): boolean => release.run(atMs, why, epoch).changes === 1,
  }
}
