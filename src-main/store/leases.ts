import type { Database } from 'better-sqlite3'
import type { HolderKind } from '../contract/model'

export interface LeaseRow {
  readonly id: string
  /** A job's id, or the name of a holder outside. */
  readonly holder: string
  readonly holderKind: HolderKind
  /** `incoming`: of the slice that a running job is being moved to; its `current` one is still in force. */
  readonly role: 'current' | 'incoming'
  /** Grows with every lease ever granted in this lab; a message that carries an older one is void. */
  readonly epoch: number
  readonly grantedAtMs: number
  readonly expiresAtMs: number | null
  readonly idleAfterMs: number | null
  readonly usedAtMs: number
  /** What it holds; a job's lease holds exactly one slice. */
  readonly sliceIds: readonly string[]
}

type Stored = Omit<LeaseRow, 'sliceIds'> & { sliceIds: string }
const fromStored = (row: Stored): LeaseRow => ({ ...row, sliceIds: JSON.parse(row.sliceIds) })

const selectLive = `SELECT id, holder, holderKind, role, lease.epoch, grantedAtMs, expiresAtMs, idleAfterMs, usedAtMs,
  (SELECT json_group_array(sliceId) FROM hold WHERE hold.epoch = lease.epoch) AS sliceIds FROM lease WHERE releasedAtMs IS NULL`

export function leaseRepository(db: Database) {
  const insert = db.prepare(`INSERT INTO lease (id, holder, holderKind, role, grantedAtMs, expiresAtMs, idleAfterMs, usedAtMs)
    VALUES (@id, @holder, @holderKind, @role, @grantedAtMs, @expiresAtMs, @idleAfterMs, @usedAtMs)`)
  const hold = db.prepare('INSERT INTO hold (sliceId, epoch) VALUES (?, ?)')
  const letGo = db.prepare('DELETE FROM hold WHERE epoch = ?')
  const live = db.prepare<[], Stored>(`${selectLive} ORDER BY epoch`)
  const liveOf = db.prepare<[string], Stored>(`${selectLive} AND holder = ? AND role = 'current' ORDER BY epoch`)
  // Says what the index of live leases by job says, so that it is used.
  const ofJob = db.prepare<[string], Stored>(`${selectLive} AND holderKind = 'job' AND holder = ? AND role = 'current'`)
  const incomingOf = db.prepare<[string], Stored>(`${selectLive} AND holder = ? AND role = 'incoming'`)
  const comeInto = db.prepare(`UPDATE lease SET role = 'current' WHERE epoch = ? AND releasedAtMs IS NULL`)
  const one = db.prepare<[string], Stored>(`${selectLive} AND id = ?`)
  const onSlice = db.prepare<[string], Stored>(`${selectLive} AND epoch = (SELECT epoch FROM hold WHERE sliceId = ?)`)
  const skip = db.prepare(`UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'lease'`)
  const holds = db.prepare<[], { sliceId: string, holder: string, memoryMiB: number, computeShare: number }>(`SELECT hold.sliceId, lease.holder, slice.memoryMiB, slice.computeShare
    FROM hold JOIN lease ON lease.epoch = hold.epoch JOIN slice ON slice.id = hold.sliceId ORDER BY hold.epoch, hold.sliceId`)
  const due = db.prepare<[{ nowMs: number }], Stored>(`${selectLive} AND (expiresAtMs <= @nowMs OR usedAtMs + idleAfterMs <= @nowMs) ORDER BY epoch`)
  const nextDue = db.prepare<[], { atMs: number | null }>(`SELECT min(min(coalesce(expiresAtMs, 9e15), coalesce(usedAtMs + idleAfterMs, 9e15))) AS atMs
    FROM lease WHERE releasedAtMs IS NULL AND (expiresAtMs IS NOT NULL OR idleAfterMs IS NOT NULL)`)
  const renew = db.prepare('UPDATE lease SET usedAtMs = @usedAtMs, expiresAtMs = @expiresAtMs WHERE epoch = @epoch AND releasedAtMs IS NULL')
  const shiftUse = db.prepare('UPDATE lease SET usedAtMs = usedAtMs + ? WHERE releasedAtMs IS NULL')
  const release = db.prepare('UPDATE lease SET releasedAtMs = ?, released = ? WHERE epoch = ? AND releasedAtMs IS NULL')
  const first = (row: Stored | undefined) => row && fromStored(row)
  return {
    /** Throws a constraint error if a slice is held already, or a job holds another lease. */
    insert: (row: Omit<LeaseRow, 'epoch'>): LeaseRow => {
      const { sliceIds, ...stored } = row
      const epoch = Number(insert.run(stored).lastInsertRowid)
      for (const sliceId of sliceIds)
        hold.run(sliceId, epoch)
      return { ...row, epoch }
    },
    /**
     * Leaves out epochs that a power cut may have taken back: whatever was written under one of them is never taken for the
     * work of another lease.
     */
    skipEpochs: (count: number): void => void skip.run(count),
    /** Every slice that is held, and by whom. */
    holds: () => holds.all(),
    live: (): LeaseRow[] => live.all().map(fromStored),
    get: (id: string): LeaseRow | undefined => first(one.get(id)),
    /** The lease in force of a job, or the first of a holder outside. */
    liveOf: (holder: string): LeaseRow | undefined => first(liveOf.get(holder)),
    /** The lease in force of a job. */
    ofJob: (jobId: string): LeaseRow | undefined => first(ofJob.get(jobId)),
    allOf: (holder: string): LeaseRow[] => liveOf.all(holder).map(fromStored),
    /** The lease of the slice that a job is being moved to. */
    incomingOf: (jobId: string): LeaseRow | undefined => first(incomingOf.get(jobId)),
    /** The incoming lease of a job is its current one from now on; the one before has to be released already. */
    comeIntoForce: (epoch: number): void => void comeInto.run(epoch),
    onSlice: (sliceId: string): LeaseRow | undefined => first(onSlice.get(sliceId)),
    /** Live leases whose time is over, or that were idle for too long. */
    due: (nowMs: number): LeaseRow[] => due.all({ nowMs }).map(fromStored),
    /** When the next lease ends by itself; null if none does. */
    nextDueMs: (): number | null => nextDue.get()?.atMs ?? null,
    /** The clock has jumped: idleness counts on from its new time. */
    shiftUse: (byMs: number): void => void shiftUse.run(byMs),
    /** Returns false if it was released before. */
    renew: (epoch: number, usedAtMs: number, expiresAtMs: number | null): boolean => renew.run({ epoch, usedAtMs, expiresAtMs }).changes === 1,
    /** Returns false if it was released before. */
    release: (epoch: number, atMs: number, why: string): boolean => {
      letGo.run(epoch)
      return release.run(atMs, why, epoch).changes === 1
    },
  }
}
