import type { Store } from '../store/store'

interface Repair {
  readonly what: string
  /** Rows that are wrong. */
  readonly find: string
  readonly mend: string
}

/** Rules that the database itself does not hold, and that can only be mended in one way. All others are the doctor's to report. */
const repairs: readonly Repair[] = [
  {
    what: 'slices held under a lease that is over',
    find: 'SELECT sliceId FROM hold LEFT JOIN lease USING (epoch) WHERE lease.epoch IS NULL OR releasedAtMs IS NOT NULL',
    mend: 'DELETE FROM hold WHERE NOT EXISTS (SELECT 1 FROM lease WHERE lease.epoch = hold.epoch AND releasedAtMs IS NULL)',
  },
  {
    what: 'leases of slices that do not exist',
    find: 'SELECT id FROM lease WHERE releasedAtMs IS NULL AND NOT EXISTS (SELECT 1 FROM hold JOIN slice ON slice.id = sliceId WHERE hold.epoch = lease.epoch)',
    mend: `UPDATE lease SET releasedAtMs = @nowMs, released = 'repaired' WHERE releasedAtMs IS NULL AND NOT EXISTS (SELECT 1 FROM hold JOIN slice ON slice.id = sliceId WHERE hold.epoch = lease.epoch)`,
  },
  {
    what: 'inputs left in their middle that have a result',
    find: `SELECT jobId FROM carry WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.jobId = carry.jobId AND item.idx = carry.idx AND state = 'pending')`,
    mend: `DELETE FROM carry WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.jobId = carry.jobId AND item.idx = carry.idx AND state = 'pending')`,
  },
  {
    what: 'jobs whose counts did not agree with their results',
    find: countsOf('SELECT job.id FROM job'),
    mend: `UPDATE job SET doneCount = (SELECT count(*) FROM item WHERE jobId = job.id AND state = 'done'), failedCount = (SELECT count(*) FROM item WHERE jobId = job.id AND state = 'failed')
      WHERE id IN (${countsOf('SELECT job.id FROM job')})`,
  },
]

function countsOf(select: string): string {
  return `${select} LEFT JOIN (SELECT jobId, sum(state = 'done') AS done, sum(state = 'failed') AS failed FROM item GROUP BY jobId) ON jobId = job.id
    WHERE coalesce(done, 0) <> doneCount OR coalesce(failed, 0) <> failedCount`
}

/** Mends what can be mended after an unclean end, in one transaction, and says so in the log. Returns what it was, in words. */
export function repair(store: Store, nowMs: number): string[] {
  return store.write(() => {
    const mended = repairs.flatMap(({ what, find, mend }) => {
      const broken = store.db.prepare(find).all().length
      if (broken > 0)
        store.db.prepare(mend).run(mend.includes('@nowMs') ? { nowMs } : {})
      return broken > 0 ? [`${broken} ${what}`] : []
    })
    if (mended.length > 0)
      store.events.append(nowMs, 'lab.repaired', 'lab', { mended })
    return mended
  })
}
