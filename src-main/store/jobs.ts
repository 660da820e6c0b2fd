import type { Database } from 'better-sqlite3'
import type { ErrorShape } from '../contract/errors'
import type { BackendId, BackendReport, Gang, JobState, Need, RecipeId, Retries, Serving } from '../contract/model'

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
  /** What its submitter calls it. */
  readonly name: string | null
  readonly tenantId: string
  readonly queueId: string
  readonly priority: number
  /** Its place in line: when it began to wait, unless someone put it elsewhere. Priority counts against it, see `lineKey`. */
  readonly place: number
  readonly labels: Readonly<Record<string, string>>
  readonly gang: Gang | null
  /** Which try this is, from 1. */
  readonly tries: number
  readonly preemptions: number
  readonly notBeforeMs: number | null
  readonly deadlineMs: number | null
  /** Longest time on a slice, over all turns. */
  readonly maxRunMs: number | null
  readonly retries: Retries | null
  readonly recipe: RecipeId
  /** A catalog id, or the absolute path of a model file. */
  readonly model: string
  readonly params: Readonly<Record<string, unknown>>
  readonly profile: string | null
  readonly deviceId: string | null
  /** What the slice has to have, in place of a profile. */
  readonly need: Need | null
  /** Least memory that a slice must have for its model, as estimated; null where that is not known yet. */
  readonly leastMiB: number | null
  /** Backends in the order they are tried; empty for the device's own. */
  readonly backends: readonly BackendId[]
  /** Longest time without a sign of progress; null for the default. */
  readonly timeLimitMs: number | null
  /** Set for a job that answers requests. */
  readonly serving: Serving | null
  readonly outDir: string | null
  readonly state: JobState
  readonly error: ErrorShape | null
  readonly lastSlice: JobSlice | null
  /** What really ran its nodes. */
  readonly ran: BackendReport | null
  /** Times it moved to another slice while it ran. */
  readonly moves: number
  readonly lastPauseMs: number | null
  readonly crashes: number
  /** Crashes of its worker since it last got a result: three in a row and the job is taken for the cause. */
  readonly crashesSinceResult: number
  /** Times its worker was ended from outside since it last got a result: no fault of the job, up to a point. */
  readonly killsSinceResult: number
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

type JsonColumn = 'params' | 'labels' | 'gang' | 'retries' | 'need' | 'backends' | 'serving' | 'error' | 'lastSlice' | 'ran'
type Stored = Omit<JobRow, JsonColumn> & { readonly [C in JsonColumn]: string | (null extends JobRow[C] ? null : never) }

const columns = ['id', 'name', 'tenantId', 'queueId', 'priority', 'place', 'labels', 'gang', 'tries', 'preemptions', 'notBeforeMs', 'deadlineMs', 'maxRunMs', 'retries', 'recipe', 'model', 'params', 'profile', 'deviceId', 'need', 'leastMiB', 'backends', 'timeLimitMs', 'serving', 'outDir', 'state', 'error', 'lastSlice', 'ran', 'moves', 'lastPauseMs', 'crashes', 'crashesSinceResult', 'killsSinceResult', 'submittedAtMs', 'startedAtMs', 'endedAtMs', 'turnSinceMs', 'queuedMs', 'runMs', 'itemCount', 'doneCount', 'failedCount', 'firstInput'] as const satisfies readonly (keyof JobRow)[]

function fromStored(row: Stored): JobRow {
  return {
    ...row,
    params: JSON.parse(row.params),
    labels: JSON.parse(row.labels),
    gang: parsed(row.gang),
    retries: parsed(row.retries),
    backends: JSON.parse(row.backends),
    need: parsed(row.need),
    serving: parsed(row.serving),
    error: parsed(row.error),
    lastSlice: parsed(row.lastSlice),
    ran: parsed(row.ran),
  }
}

function parsed<T>(text: string | null): T | null {
  return text === null ? null : JSON.parse(text) as T
}

function toStored(row: JobRow): Stored {
  return {
    ...row,
    params: JSON.stringify(row.params),
    labels: JSON.stringify(row.labels),
    gang: row.gang && JSON.stringify(row.gang),
    retries: row.retries && JSON.stringify(row.retries),
    backends: JSON.stringify(row.backends),
    need: row.need && JSON.stringify(row.need),
    serving: row.serving && JSON.stringify(row.serving),
    ran: row.ran && JSON.stringify(row.ran),
    error: row.error && JSON.stringify(row.error),
    lastSlice: row.lastSlice && JSON.stringify(row.lastSlice),
  }
}

/** What never changes once a job is there. */
const fixed: ReadonlySet<string> = new Set(['id', 'name', 'recipe', 'model', 'params', 'profile', 'deviceId', 'need', 'leastMiB', 'backends', 'timeLimitMs', 'serving', 'tenantId', 'labels', 'gang', 'retries', 'submittedAtMs', 'itemCount', 'firstInput'] satisfies (keyof JobRow)[])
const changing = columns.filter(column => !fixed.has(column))

/** The columns that change, as they are stored. */
function changesOf({ id, state, error, lastSlice, ran, ...row }: JobRow): Record<string, unknown> {
  const stored: Record<string, unknown> = { id, state, error: error && JSON.stringify(error), lastSlice: lastSlice && JSON.stringify(lastSlice), ran: ran && JSON.stringify(ran) }
  for (const column of changing) {
    if (!(column in stored))
      stored[column] = row[column as keyof typeof row]
  }
  return stored
}

export function jobRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO job (${columns.join(', ')}) VALUES (${columns.map(column => `@${column}`).join(', ')})`)
  const update = db.prepare(`UPDATE job SET ${changing.map(column => `${column} = @${column}`).join(', ')} WHERE id = @id`)
  const one = db.prepare<[string], Stored>('SELECT * FROM job WHERE id = ?')
  const newest = db.prepare<[string, number], Stored>('SELECT * FROM job WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?')
  const oldest = db.prepare<[string], Stored>('SELECT * FROM job WHERE state = ? ORDER BY id')
  const unfinished = db.prepare<[], Stored>(`SELECT * FROM job WHERE state IN ('queued', 'running', 'suspended') ORDER BY id`)
  const any = db.prepare<[], { id: string }>('SELECT id FROM job LIMIT 1')
  return {
    insert: (row: JobRow): void => void insert.run(toStored(row)),
    /** Writes what can change of a job. */
    update: (row: JobRow): void => void update.run(changesOf(row)),
    get: (id: string): JobRow | undefined => {
      const row = one.get(id)
      return row && fromStored(row)
    },
    /** The newest first. */
    list: (states: readonly JobState[], limit: number): JobRow[] => newest.all(JSON.stringify(states), limit).map(fromStored),
    /** In the order they were submitted. */
    inState: (state: JobState): JobRow[] => oldest.all(state).map(fromStored),
    /** Those that have not ended, in the order they were submitted. */
    unfinished: (): JobRow[] => unfinished.all().map(fromStored),
    any: (): boolean => any.get() !== undefined,
  }
}
