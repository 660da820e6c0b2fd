import type { Database } from 'better-sqlite3'

/** A tenant's dominant share of the lab, added up over one minute: 60,000 is the whole lab for the whole minute. */
export interface UseRow {
  readonly tenantId: string
  /** Minutes since 1970. */
  readonly minute: number
  /** Share times ms. */
  readonly share: number
}

export function useRepository(db: Database) {
  const add = db.prepare(`INSERT INTO use (tenantId, minute, share) VALUES (@tenantId, @minute, @share)
    ON CONFLICT DO UPDATE SET share = share + excluded.share`)
  const between = db.prepare<[number, number], UseRow>('SELECT * FROM use WHERE minute >= ? AND minute <= ? ORDER BY minute')
  const prune = db.prepare('DELETE FROM use WHERE (tenantId, minute) IN (SELECT tenantId, minute FROM use WHERE minute < ? ORDER BY minute LIMIT ?)')
  return {
    add: (row: UseRow): void => void add.run(row),
    between: (fromMinute: number, toMinute: number): UseRow[] => between.all(fromMinute, toMinute),
    /** Forgets the oldest from before a minute, so many at most. Returns how many. */
    prune: (beforeMinute: number, limit: number): number => prune.run(beforeMinute, limit).changes,
  }
}
