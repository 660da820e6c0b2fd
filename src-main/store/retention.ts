import type { Database } from 'better-sqlite3'

/** Inputs whose jobs go in one transaction: some milliseconds. A job that has more goes alone. */
const itemsAtOnce = 2000
const jobsAtOnce = 200
const rowsAtOnce = 2000

/** Forgets what is old, a bounded step at a time. Each method is called within a transaction. */
export function retentionRepository(db: Database) {
  const due = db.prepare<[number, number], { id: string, itemCount: number }>(`SELECT id, itemCount FROM job
    WHERE endedAtMs < ? AND state IN ('done', 'failed', 'cancelled')
    AND NOT EXISTS (SELECT 1 FROM dependency JOIN job waiting ON waiting.id = dependency.jobId
      WHERE dependency.onJobId = job.id AND waiting.state IN ('queued', 'running', 'suspended'))
    AND NOT EXISTS (SELECT 1 FROM lease WHERE holder = job.id AND releasedAtMs IS NULL)
    ORDER BY endedAtMs, id LIMIT ?`)
  const dropLeases = db.prepare(`DELETE FROM lease WHERE holder = ? AND holderKind = 'job'`)
  const dropJob = db.prepare('DELETE FROM job WHERE id = ?')
  const oldest = db.prepare<[number], { seq: number, atMs: number }>('SELECT seq, atMs FROM event WHERE seq < (SELECT max(seq) FROM event) ORDER BY seq LIMIT ?')
  const allow = db.prepare(`INSERT OR REPLACE INTO meta (key, value) VALUES ('eventsPrunedTo', ?)`)
  const dropEvents = db.prepare('DELETE FROM event WHERE seq <= ?')
  const pruned = db.prepare<[], { id: string }>(`SELECT each.value AS id FROM event, json_each(event.data, '$.ids') AS each WHERE subject = 'lab' AND event.type = 'jobs.pruned'`)
  return {
    /**
     * Forgets the oldest of the jobs that ended before, with their inputs, dependencies and leases; never one that an unfinished
     * job waits for. Returns their ids, none once there are no more. What they wrote is left to the caller.
     */
    jobs(beforeMs: number): string[] {
      const ids: string[] = []
      let items = 0
      for (const { id, itemCount } of due.all(beforeMs, jobsAtOnce)) {
        items += itemCount
        if (ids.length > 0 && items > itemsAtOnce)
          break
        ids.push(id)
      }
      for (const id of ids) {
        dropJob.run(id)
        dropLeases.run(id)
      }
      return ids
    },
    /** Jobs that were forgotten, as far back as the event log goes. */
    forgottenJobs: (): ReadonlySet<string> => new Set(pruned.all().map(({ id }) => id)),
    /**
     * Forgets the oldest events from before, up to the first that is not; the very last event always stays, as its number is
     * where the next one goes on. Returns how many, fewer than asked for once there are no more.
     */
    events(beforeMs: number): { readonly count: number, readonly isAll: boolean } {
      const rows = oldest.all(rowsAtOnce)
      const kept = rows.findIndex(({ atMs }) => atMs >= beforeMs)
      const old = kept === -1 ? rows : rows.slice(0, kept)
      const last = old.at(-1)
      if (last) {
        allow.run(String(last.seq))
        dropEvents.run(last.seq)
      }
      return { count: old.length, isAll: old.length < rowsAtOnce }
    },
    rowsAtOnce,
  }
}
