import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { migrate, migrations } from '../../src-main/store/migrate'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { openStore } from '../../src-main/store/store'
import { tempDir } from '../helpers/tempDir'

/** A lab as version 3 left it: a job on a slice of an A100, one that is done, one suspended, and what was logged of them. */
const versionThree = `
  INSERT INTO device (id, kind, model, name, mode, memoryMiB, createdAtMs, label, settings) VALUES ('device_1', 'virtual-gpu', 'A100-80GB', 'Virtual', 'mig', 81920, 10, 'mine', '{}');
  INSERT INTO slice VALUES ('slice_1', 'device_1', NULL, '3g.40gb', 4, 4, 40192, 0.42857, 42, 10);
  INSERT INTO job (id, recipe, model, params, backends, state, submittedAtMs, turnSinceMs, itemCount, doneCount, endedAtMs) VALUES
    ('job_1', 'ocr', 'ppocr-v4', '{}', '["cpu"]', 'running', 20, 20, 2, 1, NULL),
    ('job_2', 'vad', 'silero-v5', '{}', '[]', 'done', 30, 30, 0, 0, 90),
    ('job_3', 'ocr', 'ppocr-v4', '{}', '[]', 'suspended', 40, 40, 1, 0, NULL);
  INSERT INTO lease (epoch, id, holder, holderKind, grantedAtMs, usedAtMs) VALUES (7, 'lease_1', 'job_1', 'job', 30, 30);
  INSERT INTO hold VALUES ('slice_1', 7);
  INSERT INTO item VALUES ('job_1', 0, '/a.png', 'done', '000000.e7.json', NULL, 7), ('job_1', 1, '/b.png', 'pending', NULL, NULL, NULL), ('job_3', 0, '/c.png', 'pending', NULL, NULL, NULL);
  INSERT INTO carry VALUES ('job_3', 0, x'01');
  INSERT INTO meta VALUES ('kept', 'yes');
  INSERT INTO event (atMs, type, subject, data) VALUES (20, 'job.queued', 'job_1', '{}'), (30, 'job.queued', 'job_2', '{}');`

function upgraded() {
  const paths = prepareStateDir(tempDir())
  const old = new Database(paths.database)
  migrate(old, paths.backups, migrations.slice(0, 3))
  old.exec(versionThree)
  old.close()
  return openStore(paths)
}

it('gives every job of version 3 its tenant, queue and place, and keeps all it had', () => {
  const store = upgraded()
  expect(store.jobs.get('job_1')).toMatchObject({ name: null, tenantId: 'tenant_me', queueId: 'queue_normal', priority: 0, place: 20, labels: {}, gang: null, tries: 1, preemptions: 0, retries: null, state: 'running', doneCount: 1 })
  expect(['job_1', 'job_2', 'job_3'].map(id => store.jobs.get(id)?.place)).toEqual([20, 30, 40])
  expect(store.items.ofJob('job_1').map(({ state, output }) => ({ state, output }))).toEqual([{ state: 'done', output: '000000.e7.json' }, { state: 'pending', output: null }])
  expect(store.carries.get('job_3')).toMatchObject({ idx: 0 })
  expect(store.leases.onSlice('slice_1')).toMatchObject({ holder: 'job_1', epoch: 7 })
  expect(store.devices.get('device_1')).toMatchObject({ label: 'mine', availability: 'open', availabilityReason: null })
  expect(store.events.list(0, 10).map(({ subject }) => subject)).toEqual(['job_1', 'job_2'])
  expect(store.tenants.all().map(({ id, parentId }) => ({ id, parentId }))).toEqual([{ id: 'tenant_me', parentId: 'tenant_root' }, { id: 'tenant_root', parentId: null }])
  expect(store.queues.all().map(({ id }) => id)).toEqual(['queue_guaranteed', 'queue_normal', 'queue_scavenger'])
  expect(store.db.pragma('foreign_key_check')).toEqual([])
  expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
  store.close()
})

it('has one root of tenants, and no two of a name below one parent', () => {
  const store = upgraded()
  const terms = { weight: 1, guaranteed: {}, borrowing: {}, lending: {}, cap: {} }
  expect(() => store.tenants.insert({ id: 'tenant_2', parentId: null, name: 'other', kind: 'organisation', terms })).toThrow('UNIQUE')
  expect(() => store.tenants.insert({ id: 'tenant_2', parentId: 'tenant_root', name: 'me', kind: 'person', terms })).toThrow('UNIQUE')
  expect(() => store.tenants.insert({ id: 'tenant_2', parentId: 'tenant_gone', name: 'you', kind: 'person', terms })).toThrow('FOREIGN KEY')
  store.close()
})

it('lets events go from the oldest on, up to the number that is written down, and never changes one', () => {
  const store = upgraded()
  const remove = (seq: number) => store.db.prepare('DELETE FROM event WHERE seq = ?').run(seq)
  expect(() => remove(1)).toThrow('append-only')
  store.db.exec(`INSERT INTO meta VALUES ('eventsPrunedTo', '1')`)
  remove(1)
  expect(() => remove(2)).toThrow('append-only')
  expect(() => store.db.exec(`UPDATE event SET type = 'other'`)).toThrow('append-only')
  expect(store.events.append(50, 'x', 'y')).toBe(3)
  store.close()
})

it('removes what a job waits for with the job, and keeps what others wait for of it', () => {
  const store = upgraded()
  store.dependencies.insert({ jobId: 'job_3', onJobId: 'job_2', needs: 'success' })
  store.db.exec(`DELETE FROM job WHERE id = 'job_2'`)
  expect(store.dependencies.ofJob('job_3')).toEqual([{ jobId: 'job_3', onJobId: 'job_2', needs: 'success' }])
  store.db.exec(`DELETE FROM job WHERE id = 'job_3'`)
  expect(store.dependencies.ofJob('job_3')).toEqual([])
  store.close()
})
