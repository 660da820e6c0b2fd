import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { migrate, migrations } from '../../src-main/store/migrate'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { openStore } from '../../src-main/store/store'
import { gpus } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

/** A lab as version 1 left it: an A100 with two slices, a job on one of them, and an earlier lease. */
const versionOne = `
  INSERT INTO device VALUES ('device_1', 'virtual-gpu', 'A100-80GB', 'Virtual A100-80GB', 'mig', 81920, NULL, 1, 10);
  INSERT INTO slice VALUES ('slice_1', 'device_1', '3g.40gb', 4, 4, 40192, 0.42857, 42, 10), ('slice_2', 'device_1', '1g.10gb', 0, 1, 9856, 0.142857, 14, 10);
  INSERT INTO job (id, recipe, model, params, profile, state, submittedAtMs, turnSinceMs, itemCount)
    VALUES ('job_1', 'ocr', 'ppocr-v4', '{}', '3g.40gb', 'running', 20, 20, 0), ('job_2', 'vad', 'silero-v5', '{}', NULL, 'done', 20, 20, 0);
  INSERT INTO lease VALUES (3, 'lease_1', 'slice_2', 'job_2', 20, 25, 'finished'), (7, 'lease_2', 'slice_1', 'job_1', 30, NULL, NULL);
  INSERT INTO event (atMs, type, subject, data) VALUES (20, 'job.queued', 'job_1', '{}');`

it('brings a lab of version 1 to today\'s with its slices, leases and jobs', () => {
  const paths = prepareStateDir(tempDir())
  const old = new Database(paths.database)
  migrate(old, paths.backups, migrations.slice(0, 1))
  old.exec(versionOne)
  old.close()

  const store = openStore(paths)
  expect(store.devices.all()).toMatchObject([{ id: 'device_1', label: null, settings: {} }])
  expect(store.slices.all()).toMatchObject([{ id: 'slice_2', parentId: null, start: 0 }, { id: 'slice_1', parentId: null, start: 4, memoryMiB: 40192 }])
  expect(store.leases.live()).toEqual([{ id: 'lease_2', holder: 'job_1', holderKind: 'job', role: 'current', epoch: 7, grantedAtMs: 30, expiresAtMs: null, idleAfterMs: null, usedAtMs: 30, sliceIds: ['slice_1'] }])
  expect(store.jobs.get('job_1')).toMatchObject({ profile: '3g.40gb', need: null, state: 'running' })
  expect(checkInvariants({ store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs: 40 }).filter(({ ok }) => !ok)).toEqual([])
  // An epoch that was given out is never given out again.
  store.leases.release(7, 40, 'finished')
  expect(store.leases.insert({ id: 'lease_3', holder: 'vm', holderKind: 'outside', role: 'current', grantedAtMs: 41, expiresAtMs: null, idleAfterMs: null, usedAtMs: 41, sliceIds: ['slice_1'] }).epoch).toBe(8)
  expect(() => store.slices.remove('slice_1')).toThrow('FOREIGN KEY')
  store.close()
})

it('gives an upgraded database the very schema of a new one', () => {
  const schemaOf = (upgraded: boolean) => {
    const paths = prepareStateDir(tempDir())
    if (upgraded) {
      const old = new Database(paths.database)
      migrate(old, paths.backups, migrations.slice(0, 1))
      old.exec(versionOne)
      old.close()
    }
    const store = openStore(paths)
    const schema = store.db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()
    store.close()
    return schema
  }
  expect(schemaOf(true)).toEqual(schemaOf(false))
})
