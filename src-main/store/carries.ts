import type { Database } from 'better-sqlite3'

/** An input that was left in its middle, and what its recipe needs to go on with it. */
export interface CarryRow {
  readonly idx: number
  readonly state: Uint8Array
}

/** At most one a job: the input that its worker was at when it was suspended or moved. */
export function carryRepository(db: Database) {
  const one = db.prepare<[string], CarryRow>('SELECT idx, state FROM carry WHERE jobId = ?')
  const put = db.prepare('INSERT INTO carry (jobId, idx, state) VALUES (?, ?, ?) ON CONFLICT (jobId) DO UPDATE SET idx = excluded.idx, state = excluded.state')
  const drop = db.prepare('DELETE FROM carry WHERE jobId = ?')
  return {
    get: (jobId: string): CarryRow | null => one.get(jobId) ?? null,
    set: (jobId: string, carry: CarryRow | null): void => {
      if (carry)
        put.run(jobId, carry.idx, carry.state)
      else
        drop.run(jobId)
    },
  }
}
