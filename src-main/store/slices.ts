import type { Database } from 'better-sqlite3'

export interface SliceRow {
  readonly id: string
  readonly deviceId: string
  readonly profile: string
  readonly start: number
  readonly size: number
  readonly memoryMiB: number
  readonly computeShare: number
  readonly sm: number | null
  readonly createdAtMs: number
}

export function sliceRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO slice (id, deviceId, profile, start, size, memoryMiB, computeShare, sm, createdAtMs)
    VALUES (@id, @deviceId, @profile, @start, @size, @memoryMiB, @computeShare, @sm, @createdAtMs)`)
  const all = db.prepare<[], SliceRow>('SELECT * FROM slice ORDER BY deviceId, start')
  const one = db.prepare<[string], SliceRow>('SELECT * FROM slice WHERE id = ?')
  return {
    insert: (row: SliceRow): void => void insert.run(row),
    all: (): SliceRow[] => all.all(),
    get: (id: string): SliceRow | undefined => one.get(id),
  }
}
