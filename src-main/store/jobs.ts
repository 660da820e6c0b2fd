import type { Database } from 'better-sqlite3'
import type { ErrorShape } from '../contract/errors'
import type { JobState, Need, RecipeId } from '../contract/model'

/** The slice a job runs or last ran on, kept with the job because slices come and go. */
export interface JobSlice {
  readonly id: string
  readonly device: string
  readonly profile: string
  readonly start: number
  readonly size: number
}

export interface JobRow {
  readonly id: string
  readonly recipe: RecipeId
  /** A catalog id, or the absolute path of a model file. */
  readonly model: string
  readonly params: Readonly<Record<string, unknown>>
  readonly profile: string | null
  readonly deviceId: string | null
  /** What the slice has to have, in place of a profile. */
  readonly need: Need | null
  readonly outDir: string | null
  readonly state: JobState
  readonly error: ErrorShape | null
  readonly lastSlice: JobSlice | null
  readonly crashes: number
  /** Crashes of its worker since it last got a result: three in a row and the job is taken for the cause. */
  readonly crashesSinceResult: number
  readonly submittedAtMs: number
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  /** When the present turn in the queue or on a slice began. */
  readonly turnSinceMs: number
  /** Over all earlier turns. */
  readonly queuedMs: number
  readonly runMs: number
  readonly itemCount: number
  readonly doneCount: number
  readonly failedCount: number
  readonly firstInput: string | null
}

type Stored = Omit<JobRow, 'params' | 'need' | 'error' | 'lastSlice'> & { params: string, need: string | null, error: string | null, lastSlice: string | null }

const columns = ['id', 'recipe', 'model', 'params', 'profile', 'deviceId', 'need', 'outDir', 'state', 'error', 'lastSlice', 'crashes', 'crashesSinceResult', 'submittedAtMs', 'startedAtMs', 'endedAtMs', 'turnSinceMs', 'queuedMs', 'runMs', 'itemCount', 'doneCount', 'failedCount', 'firstInput'] as const satisfies readonly (keyof JobRow)[]

function fromStored(row: Stored): JobRow {
  return {
    ...row,
    params: JSON.parse(row.params),
    need: row.need === null ? null : JSON.parse(row.need),
    error: row.error === null ? null : JSON.parse(row.error),
    lastSlice: row.lastSlice === null ? null : JSON.parse(row.lastSlice),
  }
}

function toStored(row: JobRow): Stored {
  return {
    ...row,
    params: JSON.stringify(row.params),
    need: row.need && JSON.stringify(row.need),
    error: row.error && JSON.stringify(row.error),
    lastSlice: row.lastSlice && JSON.stringify(row.lastSlice),
  }
}

export function jobRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO job (${columns.join(', ')}) VALUES (${columns.map(column => `@${column}`).join(', ')})`)
  const update = db.prepare(`UPDATE job SET ${columns.filter(column => column !== 'id').map(column => `${column} = @${column}`).join(', ')} WHERE id = @id`)
  const one = db.prepare<[string], Stored>('SELECT * FROM job WHERE id = ?')
  const newest = db.prepare<[string, number], Stored>('SELECT * FROM job WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?')
  const oldest = db.prepare<[string], Stored>('SELECT * FROM job WHERE state = ? ORDER BY id')
  const any = db.prepare<[], { id: string }>('SELECT id FROM job LIMIT 1')
  return {
    insert: (row: JobRow): void => void insert.run(toStored(row)),
    update: (row: JobRow): void => void update.run(toStored(row)),
    get: (id: string): JobRow | undefined => {
      const row = one.get(id)
      return row && fromStored(row)
    },
    /** The newest first. */
    list: (states: readonly JobState[], limit: number): JobRow[] => newest.all(JSON.stringify(states), limit).map(fromStored),
    /** In the order they were submitted. */
    inState: (state: JobState): JobRow[] => oldest.all(state).map(fromStored),
    any: (): boolean => any.get() !== undefined,
  }
}
