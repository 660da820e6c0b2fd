import type { Store } from '../../src-main/store/store'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { gpus, settle, wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

let lab: ReturnType<typeof wireLab>
let broken: () => { name: string, detail: string }[]

beforeEach(() => {
  const paths = prepareStateDir(tempDir())
  lab = wireLab(paths, { faults: [] })
  lab.devices.add({ model: 'A100-80GB', count: 1, mode: 'mig', layout: [{ profile: '1g.10gb' }] })
  broken = () => checkInvariants({ store: lab.store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs: lab.nowMs() }).filter(({ ok }) => !ok).map(({ name, detail }) => ({ name, detail }))
})

afterEach(async () => {
  await settle()
  await lab.scheduler.close()
  lab.store.close()
})

/** What nothing in the lab does: someone edits the database. */
function edit(store: Store, sql: string): void {
  store.db.pragma('foreign_keys = OFF')
  store.db.exec(sql)
  store.db.pragma('foreign_keys = ON')
}

const submit = (wish: { dependsOn?: { job: string, on: 'success' | 'end' }[] } = {}) => lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 1, profile: '1g.10gb', ...wish })

it('the doctor finds nothing in a lab with tenants, and jobs that wait for others', async () => {
  const { tenants } = lab.scheduler
  const physics = tenants.add({ name: 'physics', terms: { guaranteed: { compute: 1 } } })
  tenants.add({ name: 'ann', parent: physics.id, terms: { guaranteed: { compute: 1 } } })
  const first = await submit()
  const second = await submit({ dependsOn: [{ job: first.id, on: 'success' }] })
  await submit({ dependsOn: [{ job: first.id, on: 'end' }, { job: second.id, on: 'end' }] })
  expect(broken()).toEqual([])
})

it('the doctor names tenants that lie in a circle, apart from the lab', () => {
  const { tenants } = lab.scheduler
  const a = tenants.add({ name: 'a' })
  const b = tenants.add({ name: 'b', parent: a.id })
  edit(lab.store, `UPDATE tenant SET parentId = '${b.id}' WHERE id = '${a.id}'`)
  expect(broken()).toEqual([{ name: 'every tenant lies below the lab', detail: expect.stringContaining(`a (${a.id})`) }])
})

it('the doctor names guarantees that add up to more than the tenant above has', () => {
  const { tenants } = lab.scheduler
  const physics = tenants.add({ name: 'physics', terms: { guaranteed: { compute: 1 } } })
  const ann = tenants.add({ name: 'ann', parent: physics.id })
  edit(lab.store, `UPDATE tenant SET terms = json_set(terms, '$.guaranteed.compute', 2) WHERE id = '${ann.id}'`)
  expect(broken()).toEqual([{ name: 'what tenants are guaranteed can be kept', detail: expect.stringContaining('physics') }])
})

it('the doctor names jobs whose tenant or queue is gone, unless they have ended', async () => {
  const [ended, one, two] = [await submit(), await submit(), await submit()]
  lab.jobs.cancel(ended.id)
  edit(lab.store, `UPDATE job SET tenantId = 'tenant_gone' WHERE id IN ('${ended.id}', '${one.id}'); UPDATE job SET queueId = 'queue_gone' WHERE id = '${two.id}'`)
  const [{ name, detail }] = broken()
  expect(broken()).toHaveLength(1)
  expect(name).toBe('every job that has not ended has its tenant and its queue')
  expect(detail).toContain(`${one.id} belongs to tenant_gone`)
  expect(detail).toContain(`${two.id} stands in queue_gone`)
  expect(detail).not.toContain(ended.id)
})

it('the doctor names jobs that wait for each other', async () => {
  const first = await submit()
  const second = await submit({ dependsOn: [{ job: first.id, on: 'end' }] })
  const apart = await submit()
  edit(lab.store, `INSERT INTO dependency VALUES ('${first.id}', '${second.id}', 'end')`)
  const [{ name, detail }] = broken()
  expect(name).toBe('no job waits for itself by way of others')
  expect(detail).toContain(first.id)
  expect(detail).toContain(second.id)
  expect(detail).not.toContain(apart.id)
})
