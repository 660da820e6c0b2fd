import type { Database } from 'better-sqlite3'
import type { Availability, DeviceKind, DeviceMode, ModeSettings } from '../contract/model'

export interface DeviceRow {
  readonly id: string
  readonly kind: DeviceKind
  readonly model: string
  readonly name: string
  readonly mode: DeviceMode
  readonly memoryMiB: number
  /** What tells a piece of hardware from another across restarts (a GPU's UUID); null for virtual ones. */
  readonly hardwareKey: string | null
  /** False for hardware that was here once and is not found now. */
  readonly present: boolean
  /** A name that requests can ask for. */
  readonly label: string | null
  readonly settings: ModeSettings
  /** Whether jobs start on it, and why not. */
  readonly availability: Availability
  readonly availabilityReason: string | null
  readonly createdAtMs: number
}

type Stored = Omit<DeviceRow, 'present' | 'settings'> & { present: number, settings: string }
const fromStored = (row: Stored): DeviceRow => ({ ...row, present: row.present === 1, settings: JSON.parse(row.settings) })
const toStored = (row: DeviceRow): Stored => ({ ...row, present: row.present ? 1 : 0, settings: JSON.stringify(row.settings) })

export function deviceRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO device (id, kind, model, name, mode, memoryMiB, hardwareKey, present, label, settings, availability, availabilityReason, createdAtMs)
    VALUES (@id, @kind, @model, @name, @mode, @memoryMiB, @hardwareKey, @present, @label, @settings, @availability, @availabilityReason, @createdAtMs)`)
  const all = db.prepare<[], Stored>(`SELECT * FROM device ORDER BY CASE kind WHEN 'gpu' THEN 0 WHEN 'virtual-gpu' THEN 1 ELSE 2 END, id`)
  const one = db.prepare<[string], Stored>('SELECT * FROM device WHERE id = ?')
  const refresh = db.prepare('UPDATE device SET name = @name, model = @model, memoryMiB = @memoryMiB, present = @present WHERE id = @id')
  const configure = db.prepare('UPDATE device SET mode = ?, settings = ? WHERE id = ?')
  const label = db.prepare('UPDATE device SET label = ? WHERE id = ?')
  const avail = db.prepare('UPDATE device SET availability = ?, availabilityReason = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM device WHERE id = ?')
  return {
    insert: (row: DeviceRow): void => void insert.run(toStored(row)),
    all: (): DeviceRow[] => all.all().map(fromStored),
    get: (id: string): DeviceRow | undefined => {
      const row = one.get(id)
      return row && fromStored(row)
    },
    /** Writes what a new look at the hardware found. */
    refresh: (id: string, found: Pick<DeviceRow, 'name' | 'model' | 'memoryMiB' | 'present'>): void =>
      void refresh.run({ id, ...found, present: found.present ? 1 : 0 }),
    /** Throws a constraint error while the device has slices and anything would change. */
    configure: (id: string, mode: DeviceMode, settings: ModeSettings): void => void configure.run(mode, JSON.stringify(settings), id),
    label: (id: string, text: string | null): void => void label.run(text, id),
    setAvailability: (id: string, availability: Availability, reason: string | null): void => void avail.run(availability, reason, id),
    remove: (id: string): void => void remove.run(id),
  }
}
