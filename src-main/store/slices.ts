import type { Database } from 'better-sqlite3'

export interface SliceRow {
  readonly id: string
  readonly deviceId: string
  /** The GPU instance of a compute instance; null for a slice of the device itself. */
  readonly parentId: string | null
  readonly profile: string
  readonly start: number
  readonly size: number
  readonly memoryMiB: number
  readonly computeShare: number
  readonly sm: number | null
  readonly createdAtMs: number
}

export function sliceRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO slice (id, deviceId, parentId, profile, start, size, memoryMiB, computeShare, sm, createdAtMs)
    VALUES (@id, @deviceId, @parentId, @profile, @start, @size, @memoryMiB, @computeShare, @sm, @createdAtMs)`)
  const all = db.prepare<[], SliceRow>('SELECT * FROM slice ORDER BY deviceId, start')
  const ofDevice = db.prepare<[string], SliceRow>('SELECT * FROM slice WHERE deviceId = ? ORDER BY start')
  const one = db.prepare<[string], SliceRow>('SELECT * FROM slice WHERE id = ?')
  const remove = db.prepare('DELETE FROM slice WHERE id = ?')
  return {
    insert: (row: SliceRow): void => void insert.run(row),
    all: (): SliceRow[] => all.all(),
    ofDevice: (deviceId: string): SliceRow[] => ofDevice.all(deviceId),
    get: (id: string): SliceRow | undefined => one.get(id),
    /** With its compute instances. Throws a constraint error while it or one of these is held. */
    remove: (id: string): void => void remove.run(id),
  }
}
