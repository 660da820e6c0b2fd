import type { Check } from '../contract/model'
import type { GpuTables } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { Store } from '../store/store'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { packName, parsePlace } from '../runtime/results/place'
import { resultsDir } from '../scheduler/resultFiles'
import { computeInstanceRules } from '../slicing/modes/computeInstances'
import { cutLayout, rulesOf } from '../slicing/rules'
import { queueInvariants } from './queueInvariants'
import { select } from './select'

interface Subject {
  readonly store: Store
  readonly tablesFor: (device: DeviceRow) => GpuTables
  readonly nowMs: number
  readonly jobsDir: string
}

/** What must always hold, asked of the database as it is. Each answers with what breaks the rule; empty is well. */
const invariants: Readonly<Record<string, (subject: Subject) => string[]>> = {
  'no two live leases on one slice': ({ store }) => select(store, `
    SELECT sliceId || ' is held ' || count(*) || ' times' AS broken FROM hold GROUP BY sliceId HAVING count(*) > 1`),

  'every live lease is on a slice that exists': ({ store }) => select(store, `
    SELECT id || ' holds nothing that exists' AS broken FROM lease WHERE releasedAtMs IS NULL
    AND NOT EXISTS (SELECT 1 FROM hold JOIN slice ON slice.id = sliceId WHERE hold.epoch = lease.epoch)
    UNION ALL SELECT sliceId || ' is held under ' || hold.epoch || ', which is over' FROM hold LEFT JOIN lease ON lease.epoch = hold.epoch
    WHERE lease.epoch IS NULL OR releasedAtMs IS NOT NULL`),

  'a job holds one slice at a time, and one more while it moves': ({ store }) => select(store, `
    SELECT holder || ' holds ' || count(*) || ' slices as ' || role AS broken FROM lease JOIN hold USING (epoch)
    WHERE releasedAtMs IS NULL AND holderKind = 'job' GROUP BY holder, role HAVING count(*) > 1
    UNION ALL SELECT holder || ' moves and is not running' FROM lease LEFT JOIN job ON job.id = holder
    WHERE releasedAtMs IS NULL AND role = 'incoming' AND state IS NOT 'running'`),

  'a holder has at most four vGPUs': ({ store }) => select(store, `
    SELECT holder || ' holds ' || count(*) || ' vGPUs' AS broken FROM lease JOIN hold USING (epoch) JOIN slice ON slice.id = sliceId
    JOIN device ON device.id = deviceId WHERE releasedAtMs IS NULL AND mode = 'vgpu' GROUP BY holder HAVING count(*) > 4`),

  'all vGPUs of a holder are of one model': ({ store }) => select(store, `
    SELECT holder || ' holds vGPUs of ' || count(DISTINCT device.model) || ' models' AS broken FROM lease JOIN hold USING (epoch) JOIN slice ON slice.id = sliceId
    JOIN device ON device.id = deviceId WHERE releasedAtMs IS NULL AND mode = 'vgpu' GROUP BY holder HAVING count(DISTINCT device.model) > 1`),

  'no lease outlives its time': ({ store, nowMs }) => select(store, `
    SELECT id || ' ended ' || (${nowMs} - expiresAtMs) || ' ms ago' AS broken FROM lease WHERE releasedAtMs IS NULL AND expiresAtMs < ${nowMs} - 10000`),

  'no two slices overlap on a device': ({ store }) => select(store, `
    SELECT a.id || ' and ' || b.id AS broken FROM slice a JOIN slice b ON a.deviceId = b.deviceId AND a.parentId IS b.parentId AND a.id < b.id
    WHERE a.start < b.start + b.size AND b.start < a.start + a.size`),

  'every layout obeys the rules of its device\'s mode': ({ store, tablesFor }) => store.devices.all().flatMap((device) => {
    const slices = store.slices.ofDevice(device.id)
    const rules = rulesOf(device, tablesFor(device))
    try {
      cutLayout(rules, slices.filter(({ parentId }) => parentId === null))
      for (const parent of slices.filter(({ id }) => slices.some(({ parentId }) => parentId === id))) {
        const offer = rules.offer(parent.profile)
        if (offer)
          cutLayout(computeInstanceRules(offer), slices.filter(({ parentId }) => parentId === parent.id))
      }
      return []
    }
    catch (thrown) {
      return [`${device.name}: ${thrown instanceof Error ? thrown.message : thrown}`]
    }
  }),

  'no change of a layout is unfinished': ({ store }) => store.layoutChanges.unfinished()
    .filter(({ state }) => state === 'stuck')
    .map(({ deviceId, error }) => `${deviceId}: ${error}`),

  'a running job holds exactly one slice, one that waits none': ({ store }) => select(store, `
    SELECT job.id || ' is ' || state || ' and holds ' || count(lease.epoch) AS broken
    FROM job LEFT JOIN lease ON lease.holder = job.id AND lease.releasedAtMs IS NULL AND role = 'current'
    WHERE state IN ('queued', 'suspended', 'running') GROUP BY job.id HAVING count(lease.epoch) <> (state = 'running')`),

  'every acknowledged job is there, was forgotten by the settings, or was told to be missing': ({ store }) => select(store, `
    SELECT subject AS broken FROM event WHERE type = 'job.queued' AND subject NOT IN (SELECT id FROM job)
    AND subject NOT IN (SELECT value FROM event gone, json_each(gone.data, '$.ids') WHERE gone.subject = 'lab' AND gone.type = 'jobs.pruned')
    AND subject NOT IN (SELECT value FROM event lost, json_each(lost.data, '$.jobsMissing') WHERE lost.subject = 'lab' AND lost.type = 'lab.recovered')`),

  'every input has at most one result, and the counts agree': ({ store }) => select(store, `
    SELECT job.id || ' counts ' || doneCount || '+' || failedCount || ' of ' || itemCount AS broken FROM job
    LEFT JOIN (SELECT jobId, count(*) AS items, sum(state = 'done') AS done, sum(state = 'failed') AS failed FROM item GROUP BY jobId) ON jobId = job.id
    WHERE coalesce(items, 0) <> itemCount OR coalesce(done, 0) <> doneCount OR coalesce(failed, 0) <> failedCount`),

  'a done job has no input without a result': ({ store }) => select(store, `
    SELECT id AS broken FROM job WHERE state = 'done' AND doneCount <> itemCount`),

  'an input left in its middle has no result yet': ({ store }) => select(store, `
    SELECT jobId || ' input ' || idx AS broken FROM carry LEFT JOIN item USING (jobId, idx) WHERE item.state IS NOT 'pending'`),

  'every result was made under a lease of its own job': ({ store }) => select(store, `
    SELECT jobId || ' input ' || idx || ' under epoch ' || item.epoch AS broken FROM item
    WHERE item.epoch IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.epoch = item.epoch AND lease.holder = item.jobId)`),

  'the slices of a device fit its memory': ({ store }) => select(store, `
    SELECT device.name || ': ' || sum(slice.memoryMiB) || ' of ' || device.memoryMiB || ' MiB' AS broken
    FROM slice JOIN device ON device.id = slice.deviceId WHERE parentId IS NULL GROUP BY device.id HAVING sum(slice.memoryMiB) > device.memoryMiB`),

  ...queueInvariants,

  'every result is there whole, inside the state folder': missingResults,
}

/** Checks every invariant of the design against the database. */
export function checkInvariants(subject: Subject): Check[] {
  return Object.entries(invariants).map(([name, ask]) => {
    const broken = ask(subject)
    return { name, ok: broken.length === 0, detail: broken.length === 0 ? 'holds' : summarise(broken) }
  })
}

function missingResults({ store, jobsDir }: Subject): string[] {
  const done = store.db.prepare<[], { jobId: string, output: string }>(`SELECT jobId, output FROM item WHERE state = 'done'`).all()
  const sizes = new Map<string, number | null>()
  const sizeOf = (path: string): number | null => {
    const known = sizes.get(path)
    if (known !== undefined)
      return known
    const found = lstatSync(path, { throwIfNoEntry: false })
    const size = found?.isFile() ? found.size : null
    sizes.set(path, size)
    return size
  }
  return done.flatMap(({ jobId, output }) => {
    const folder = resultsDir(jobsDir, jobId)
    const place = parsePlace(output)
    const isOfEarlierVersion = /^\d{6,}\.e\d+(?:\.json|\/result\.json)$/.test(output)
    const isThere = place
      ? (sizeOf(join(folder, packName(place.epoch))) ?? -1) >= place.at + place.bytes
      : isOfEarlierVersion && sizeOf(join(folder, output)) !== null
    return isThere ? [] : [`${jobId}: ${output}`]
  })
}

function summarise(broken: readonly string[]): string {
  const shown = broken.slice(0, 5).join('; ')
  return broken.length > 5 ? `${shown}; and ${broken.length - 5} more` : shown
}
