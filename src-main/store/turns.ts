import type { Database } from 'better-sqlite3'

/** One holder's time on one slice, once it is over. */
export interface TurnRow {
  readonly epoch: number
  readonly sliceId: string
  readonly deviceId: string
  readonly profile: string
  readonly start: number
  readonly holder: string
  readonly fromMs: number
  readonly toMs: number
  /** Why it ended, as its lease's release says. */
  readonly ended: string
}

export function turnRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO turn (epoch, sliceId, deviceId, profile, start, holder, fromMs, toMs, ended)
    VALUES (@epoch, @sliceId, @deviceId, @profile, @start, @holder, @fromMs, @toMs, @ended)`)
  const between = db.prepare<[number, number, number], TurnRow>('SELECT * FROM turn WHERE toMs >= ? AND fromMs <= ? ORDER BY toMs DESC LIMIT ?')
  const prune = db.prepare('DELETE FROM turn WHERE (epoch, sliceId) IN (SELECT epoch, sliceId FROM turn WHERE toMs < ? ORDER BY toMs LIMIT ?)')
  return {
    insert: (row: TurnRow): void => void insert.run(row),
    /** Turns that lie in a stretch of time, at least in part; the newest first. */
    between: (fromMs: number, toMs: number, limit: number): TurnRow[] => between.all(fromMs, toMs, limit),
    /** Forgets the oldest that ended before, so many at most. Returns how many. */
    prune: (beforeMs: number, limit: number): number => prune.run(beforeMs, limit).changes,
  }
}
