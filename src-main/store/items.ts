import type { Database } from 'better-sqlite3'
import type { ErrorShape } from '../contract/errors'
import type { ItemState } from '../contract/model'

/** One input of a job and, once there is one, its only result. */
export interface ItemRow {
  readonly jobId: string
  readonly idx: number
  readonly input: string | null
  readonly state: ItemState
  /** Path of the result relative to the job's folder. */
  readonly output: string | null
  readonly error: ErrorShape | null
  /** Epoch of the lease under which the result was made; null while pending. */
  readonly epoch: number | null
}

type Stored = Omit<ItemRow, 'error'> & { error: string | null }
const fromStored = (row: Stored): ItemRow => ({ ...row, error: row.error === null ? null : JSON.parse(row.error) })

export function itemRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO item (jobId, idx, input, state) VALUES (?, ?, ?, 'pending')`)
  const ofJob = db.prepare<[string], Stored>('SELECT * FROM item WHERE jobId = ? ORDER BY idx')
  const one = db.prepare<[string, number], Stored>('SELECT * FROM item WHERE jobId = ? AND idx = ?')
  const pending = db.prepare<[string], { idx: number, input: string | null }>(`SELECT idx, input FROM item WHERE jobId = ? AND state = 'pending' ORDER BY idx`)
  const finish = db.prepare(`UPDATE item SET state = @state, output = @output, error = @error, epoch = @epoch WHERE jobId = @jobId AND idx = @idx AND state = 'pending'`)
  const firstFailed = db.prepare<[string], Stored>(`SELECT * FROM item WHERE jobId = ? AND state = 'failed' ORDER BY idx LIMIT 1`)
  const retry = db.prepare(`UPDATE item SET state = 'pending', error = NULL, epoch = NULL WHERE jobId = ? AND state = 'failed'`)
  return {
    insert: (jobId: string, idx: number, input: string | null): void => void insert.run(jobId, idx, input),
    ofJob: (jobId: string): ItemRow[] => ofJob.all(jobId).map(fromStored),
    get: (jobId: string, idx: number): ItemRow | undefined => {
      const row = one.get(jobId, idx)
      return row && fromStored(row)
    },
    pending: (jobId: string): { readonly idx: number, readonly input: string | null }[] => pending.all(jobId),
    /** Gives an input its result. Returns false, and changes nothing, if it has one already. */
    finish: (row: Omit<ItemRow, 'input'>): boolean => finish.run({ ...row, error: row.error && JSON.stringify(row.error) }).changes === 1,
    firstFailed: (jobId: string): ItemRow | undefined => {
      const row = firstFailed.get(jobId)
      return row && fromStored(row)
    },
    /** The failed inputs of a job are pending again. */
    retryFailed: (jobId: string): void => void retry.run(jobId),
  }
}
