import type { Database } from 'better-sqlite3'
import type { WindowTime } from '../contract/model'

export interface WindowRow {
  readonly id: string
  readonly name: string
  /** Ids. */
  readonly devices: readonly string[]
  /** Ids of those that may run there meanwhile; empty for nobody. */
  readonly tenants: readonly string[]
  readonly time: WindowTime
}

interface Stored { id: string, name: string, devices: string, tenants: string, time: string }
const fromStored = (row: Stored): WindowRow => ({ ...row, devices: JSON.parse(row.devices), tenants: JSON.parse(row.tenants), time: JSON.parse(row.time) })

export function windowRepository(db: Database) {
  const insert = db.prepare('INSERT INTO reservedWindow (id, name, devices, tenants, time) VALUES (@id, @name, @devices, @tenants, @time)')
  const all = db.prepare<[], Stored>('SELECT * FROM reservedWindow ORDER BY id')
  const remove = db.prepare('DELETE FROM reservedWindow WHERE id = ?')
  return {
    insert: (row: WindowRow): void => void insert.run({ ...row, devices: JSON.stringify(row.devices), tenants: JSON.stringify(row.tenants), time: JSON.stringify(row.time) }),
    all: (): WindowRow[] => all.all().map(fromStored),
    /** Returns false if there is none. */
    remove: (id: string): boolean => remove.run(id).changes === 1,
  }
}
