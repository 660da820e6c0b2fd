import type { Database } from 'better-sqlite3'
import type { DeviceMode, LayoutStep, ModeSettings, WantedCut } from '../contract/model'

/** How a device is cut: all that it takes to cut it so again. */
export interface DeviceLayout {
  readonly mode: DeviceMode
  readonly settings: ModeSettings
  readonly layout: readonly (WantedCut & { readonly start: number })[]
}

export interface LayoutChangeRow {
  readonly id: string
  readonly deviceId: string
  readonly before: DeviceLayout
  readonly after: DeviceLayout
  readonly steps: readonly LayoutStep[]
  /** Steps carried out and written down. */
  readonly done: number
  readonly state: 'applying' | 'done' | 'undone' | 'rolled-back' | 'stuck'
  readonly error: string | null
  readonly createdAtMs: number
  readonly endedAtMs: number | null
}

type Stored = Omit<LayoutChangeRow, 'before' | 'after' | 'steps'> & { before: string, after: string, steps: string }
const fromStored = (row: Stored): LayoutChangeRow => ({ ...row, before: JSON.parse(row.before), after: JSON.parse(row.after), steps: JSON.parse(row.steps) })

/** The journal of layout changes: what was to be done to a device and how far it came. */
export function layoutChangeRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO layoutChange (id, deviceId, before, after, steps, done, state, error, createdAtMs, endedAtMs)
    VALUES (@id, @deviceId, @before, @after, @steps, @done, @state, @error, @createdAtMs, @endedAtMs)`)
  const progress = db.prepare('UPDATE layoutChange SET done = ? WHERE id = ?')
  const end = db.prepare('UPDATE layoutChange SET state = ?, error = ?, endedAtMs = ? WHERE id = ?')
  const unfinished = db.prepare<[], Stored>(`SELECT * FROM layoutChange WHERE state IN ('applying', 'stuck') ORDER BY id`)
  const unfinishedOf = db.prepare<[string], Stored>(`SELECT * FROM layoutChange WHERE deviceId = ? AND state IN ('applying', 'stuck')`)
  const lastDone = db.prepare<[string], Stored>(`SELECT * FROM layoutChange WHERE deviceId = ? AND state = 'done' ORDER BY id DESC LIMIT 1`)
  const undoable = db.prepare<[], { deviceId: string }>(`SELECT DISTINCT deviceId FROM layoutChange WHERE state = 'done'`)
  const first = (row: Stored | undefined) => row && fromStored(row)
  return {
    insert: (row: LayoutChangeRow): void => void insert.run({ ...row, before: JSON.stringify(row.before), after: JSON.stringify(row.after), steps: JSON.stringify(row.steps) }),
    progress: (id: string, done: number): void => void progress.run(done, id),
    end: (id: string, state: LayoutChangeRow['state'], error: string | null, atMs: number): void => void end.run(state, error, atMs, id),
    unfinished: (): LayoutChangeRow[] => unfinished.all().map(fromStored),
    unfinishedOf: (deviceId: string): LayoutChangeRow | undefined => first(unfinishedOf.get(deviceId)),
    /** The change that an undo would take back. */
    lastDone: (deviceId: string): LayoutChangeRow | undefined => first(lastDone.get(deviceId)),
    /** Devices whose last change can be taken back. */
    undoable: (): ReadonlySet<string> => new Set(undoable.all().map(({ deviceId }) => deviceId)),
  }
}
