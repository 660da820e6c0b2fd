import type { CallInput, CallParsed } from '../../src-main/contract/calls'
import type { FakeWorker } from '../helpers/fakeLab'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { requeueRunning } from '../../src-main/scheduler/recovery'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { gpus, settle, wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

let paths: ReturnType<typeof prepareStateDir>
let lab: ReturnType<typeof wireLab>
let faults: unknown[]

beforeEach(() => {
  paths = prepareStateDir(tempDir())
  faults = []
  lab = wireLab(paths, { faults })
})

afterEach(async () => {
  await settle()
  await lab.scheduler.close()
  expect(faults).toEqual([])
  expect(checkInvariants({ store: lab.store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs: lab.nowMs() }).filter(({ ok }) => !ok)).toEqual([])
  lab.store.close()
})

/** A virtual GPU with so many small slices. */
const cut = (count: number) => lab.devices.add({ model: 'A100-80GB', count: 1, mode: 'mig', layout: Array.from({ length: count }, () => ({ profile: '1g.10gb' })) })[0]
const submit = (wish: Partial<CallParsed<'jobs.submit'>> = {}) => lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 2, profile: '1g.10gb', ...wish })
const stateOf = (id: string) => lab.jobs.get(id).state
function workerOf(id: string): [string, FakeWorker] {
  const found = [...lab.running].find(([, { request }]) => request.jobId === id && lab.store.leases.ofJob(id)?.epoch === request.epoch)
  if (!found)
    throw new Error(`${id} has no worker`)
  return found
}

/** The worker of a job says that it is through with all inputs, or that some failed. */
async function finish(id: string, failing = false): Promise<void> {
  const [slice, { request: { epoch, items } }] = workerOf(id)
  const outcomes = items.map(({ index }) => failing
    ? { index, ok: false as const, error: { code: 'unreadable_input' as const, message: 'It is torn.', retryable: false } }
    : { index, ok: true as const, at: 0, bytes: 1, withFiles: false })
  if (!failing)
    writeFileSync(join(paths.jobs, id, 'results', `e${epoch}.pack`), Buffer.alloc(100))
  lab.running.delete(slice)
  lab.reports.onJobMessage(slice, { type: 'batch', jobId: id, epoch, outcomes })
  lab.reports.onJobMessage(slice, { type: 'finished', jobId: id, epoch })
  await settle()
}

/** The worker leaves off, as it was asked to. */
async function leaveOff(id: string): Promise<void> {
  const [slice, { request: { epoch } }] = workerOf(id)
  lab.running.delete(slice)
  lab.reports.onJobMessage(slice, { type: 'yielded', jobId: id, epoch, carry: null, atMs: 0 })
  await settle()
}

describe('tenants', () => {
  it('are a tree that admins build, with guarantees that add up', () => {
    const { tenants } = lab.scheduler
    const physics = tenants.add({ name: 'physics', terms: { guaranteed: { compute: 2 }, weight: 3 } })
    const ann = tenants.add({ name: 'ann', parent: 'physics', terms: { guaranteed: { compute: 1.5 } } })
    expect(tenants.list().map(({ path }) => path)).toEqual(expect.arrayContaining(['lab', 'me', 'physics', 'physics/ann']))
    expect(() => tenants.add({ name: 'ben', parent: 'physics', terms: { guaranteed: { compute: 1 } } })).toThrow('guaranteed 2.5 devices together')
    expect(() => tenants.change({ id: 'physics', terms: { cap: { compute: 1 } } })).toThrow('its cap is 1 devices')
    expect(() => tenants.add({ name: 'physics' })).toThrow('There is a tenant physics already')
    expect(() => tenants.change({ id: physics.id, parent: ann.id })).toThrow('below itself')
    expect(() => tenants.remove('physics')).toThrow('There are tenants below physics')
    tenants.change({ id: 'physics/ann', name: 'anne' })
    expect(tenants.remove('physics/anne')).toEqual({ id: ann.id })
    expect(() => tenants.remove('tenant_root')).toThrow('all others lie below it')
  })

  it('bound what is submitted for them and what of it runs', async () => {
    cut(4)
    lab.scheduler.tenants.add({ name: 'class', terms: { cap: { jobs: 3, running: 2 } } })
    const jobs = [await submit({ tenant: 'class' }), await submit({ tenant: 'class' }), await submit({ tenant: 'class' })]
    await expect(submit({ tenant: 'class' })).rejects.toThrow('may have 3 jobs that wait or run')
    await expect(submit({ tenant: 'nobody' })).rejects.toThrow('There is no tenant nobody')
    await settle()
    expect(jobs.map(({ id }) => stateOf(id))).toEqual(['running', 'running', 'queued'])
    expect(lab.scheduler.whys.why(jobs[2].id)).toMatchObject({ reason: 'cap', waitsFor: expect.stringContaining('it runs 2 of the 2') })
    expect(() => lab.scheduler.tenants.remove('class')).toThrow('has 3 jobs that have not ended')
    await finish(jobs[0].id)
    expect(stateOf(jobs[2].id)).toBe('running')
    expect(lab.scheduler.tenants.list().find(({ path }) => path === 'class')?.use).toMatchObject({ running: 2, queued: 0 })
  })
})

describe('queues', () => {
  it('that are closed take nothing, and those that are paused start nothing', async () => {
    cut(1)
    const { queues, whys } = lab.scheduler
    queues.change({ id: 'normal', terms: { state: 'paused' } })
    const job = await submit()
    await settle()
    expect(whys.why(job.id)).toMatchObject({ reason: 'queue-paused' })
    queues.change({ id: 'normal', terms: { state: 'open' } })
    await settle()
    expect(stateOf(job.id)).toBe('running')
    queues.change({ id: 'normal', terms: { state: 'closed' } })
    await expect(submit()).rejects.toThrow('is closed and takes no jobs')
    expect(queues.list().find(({ name }) => name === 'normal')?.counts).toEqual({ queued: 0, held: 0, running: 1 })
    expect(() => queues.remove('normal')).toThrow('Close it instead')
  })

  it('of some tenants are shut to others', async () => {
    cut(1)
    lab.scheduler.tenants.add({ name: 'staff' })
    lab.scheduler.tenants.add({ name: 'ann', parent: 'staff' })
    lab.scheduler.queues.add({ name: 'staff-only', terms: { tenants: ['staff'], priorityClass: 'guaranteed' } })
    await expect(submit({ queue: 'staff-only' })).rejects.toThrow('is not open to me')
    expect(await submit({ queue: 'staff-only', tenant: 'staff/ann' })).toMatchObject({ tenant: 'staff/ann', queue: 'staff-only', priorityClass: 'guaranteed' })
  })

  it('let jobs be held, released and put elsewhere within their tenant\'s line', async () => {
    cut(1)
    const [running, a, b, c] = [await submit(), await submit({ name: 'a' }), await submit({ name: 'b' }), await submit({ name: 'c' })]
    await settle()
    const line = () => lab.scheduler.queries.query({ filter: { states: ['queued'] }, sort: { by: 'line', descending: false }, group: null, offset: 0, limit: 10 }).rows.map(({ name }) => name)
    lab.jobs.reorder({ id: c.id, before: a.id })
    expect(line()).toEqual(['c', 'a', 'b'])
    lab.jobs.reorder({ id: c.id, before: null })
    expect(line()).toEqual(['a', 'b', 'c'])
    lab.jobs.reorder({ id: b.id, priority: 5 })
    expect(line()).toEqual(['b', 'a', 'c'])
    expect(() => lab.jobs.reorder({ id: a.id, before: running.id })).toThrow('does not wait in the same queue')
    lab.jobs.hold(b.id)
    expect(() => lab.jobs.hold(running.id)).toThrow('Suspend it instead')
    await finish(running.id)
    expect([stateOf(a.id), stateOf(b.id)]).toEqual(['running', 'suspended'])
    expect(lab.scheduler.whys.why(b.id)).toMatchObject({ reason: 'held', wouldStartIf: expect.stringContaining('tranche release') })
    lab.jobs.resume(b.id)
    await finish(a.id)
    expect(stateOf(b.id)).toBe('running')
  })
})

describe('what a job waits for', () => {
  it('other jobs: their success, or their end; and it fails with a reason where that cannot be any more', async () => {
    cut(3)
    const first = await submit()
    const afterSuccess = await submit({ dependsOn: [{ job: first.id, on: 'success' }] })
    const afterEnd = await submit({ dependsOn: [{ job: first.id, on: 'end' }] })
    const last = await submit({ dependsOn: [{ job: afterSuccess.id, on: 'success' }] })
    await settle()
    expect([afterSuccess, afterEnd, last].map(({ id }) => stateOf(id))).toEqual(['queued', 'queued', 'queued'])
    expect(lab.scheduler.whys.why(last.id)).toMatchObject({ reason: 'dependency', waitsFor: expect.stringContaining(afterSuccess.id) })
    await finish(first.id, true)
    await settle()
    expect([first, afterSuccess, afterEnd, last].map(({ id }) => stateOf(id))).toEqual(['failed', 'failed', 'running', 'failed'])
    expect(lab.jobs.get(last.id).error).toMatchObject({ code: 'dependency_failed', details: { job: afterSuccess.id } })
    await expect(submit({ dependsOn: [{ job: 'job_none', on: 'end' }] })).rejects.toThrow('There is no job job_none')
  })

  it('its time, its deadline, its longest run time', async () => {
    cut(2)
    const now = lab.nowMs()
    const later = await submit({ notBeforeMs: now + 10_000 })
    const late = await submit({ notBeforeMs: now + 50_000, deadlineMs: now + 60_000 })
    const short = await submit({ maxRunMs: 5000 })
    const due = await submit({ deadlineMs: now + 8000 })
    await settle()
    expect([later, short, due].map(({ id }) => stateOf(id))).toEqual(['queued', 'running', 'running'])
    lab.wait(6000)
    lab.dispatcher.wake()
    await settle()
    expect(lab.jobs.get(short.id)).toMatchObject({ state: 'failed', error: { code: 'time_limit' } })
    lab.wait(6000)
    lab.dispatcher.wake()
    await settle()
    expect(lab.jobs.get(due.id)).toMatchObject({ state: 'failed', error: { code: 'deadline_passed' } })
    for (const id of [short.id, due.id]) {
      const [slice, { request: { epoch } }] = workerOf(id)
      expect(lab.cancelled.has(epoch)).toBe(true)
      lab.running.delete(slice)
      lab.reports.onJobMessage(slice, { type: 'finished', jobId: id, epoch })
    }
    await settle()
    expect(stateOf(later.id)).toBe('running')
    lab.wait(60_000)
    lab.dispatcher.wake()
    await settle()
    expect(lab.jobs.get(late.id)).toMatchObject({ state: 'failed', error: { code: 'deadline_passed' } })
  })

  it('another try after a failure, with only the inputs that failed', async () => {
    cut(1)
    const job = await submit({ retries: { max: 1, delayMs: 4000 } })
    await settle()
    await finish(job.id, true)
    expect(lab.jobs.get(job.id)).toMatchObject({ state: 'queued', tries: 2, counts: { done: 0, failed: 0 } })
    expect(lab.scheduler.whys.why(job.id)).toMatchObject({ reason: 'not-before', waitsFor: expect.stringContaining('try number 2') })
    lab.wait(4100)
    lab.dispatcher.wake()
    await settle()
    expect(workerOf(job.id)[1].request.items).toHaveLength(2)
    await finish(job.id, true)
    expect(lab.jobs.get(job.id)).toMatchObject({ state: 'failed', tries: 2 })
  })

  it('the others of its gang: all start or none, and what happens to one by hand happens to all', async () => {
    cut(2)
    const single = await submit()
    await settle()
    const [first] = (await lab.jobs.submitMany([{ recipe: 'tensor', inputs: [], synthetic: 5, profile: '1g.10gb', count: 2 }])).ids
    await settle()
    const members = lab.scheduler.queries.query({ filter: {}, sort: { by: 'submitted', descending: false }, group: null, offset: 0, limit: 10 }).rows.filter(({ gang }) => gang !== null)
    expect(members.map(({ gang, counts }) => [gang?.index, gang?.size, counts.total])).toEqual([[0, 2, 2], [1, 2, 3]])
    expect(members.map(({ state }) => state)).toEqual(['queued', 'queued'])
    expect(lab.scheduler.whys.why(first)).toMatchObject({ reason: 'gang', waitsFor: expect.stringContaining('1 is free') })
    await finish(single.id)
    expect(members.map(({ id }) => stateOf(id))).toEqual(['running', 'running'])
    lab.jobs.cancel(members[1].id)
    expect(members.map(({ id }) => stateOf(id))).toEqual(['cancelled', 'cancelled'])
  })
})

it('why says of a job that waits for nothing how it stands', async () => {
  cut(1)
  const [good, bad, idle] = [await submit(), await submit(), await submit()]
  await settle()
  const { whys } = lab.scheduler
  expect(whys.why(good.id)).toMatchObject({ reason: null, waitsFor: expect.stringMatching(/^it runs on 1g\.10gb of .*, through with 0 of 2 inputs$/), wouldStartIf: '', heldBy: [] })
  await finish(good.id)
  expect(whys.why(good.id)).toMatchObject({ reason: null, waitsFor: expect.stringMatching(/^it is done on 1g\.10gb of .*, through with 2 of 2 inputs$/) })
  await finish(bad.id, true)
  expect(whys.why(bad.id)).toMatchObject({ reason: null, waitsFor: expect.stringMatching(/^it failed on .*, through with 2 of 2 inputs$/) })
  expect(whys.why(bad.id).decisions.at(-1)).toMatchObject({ what: 'failed', words: expect.stringContaining('It is torn.') })
  lab.jobs.cancel(idle.id)
  expect(whys.why(idle.id)).toMatchObject({ reason: null, waitsFor: 'it was cancelled, through with 0 of 2 inputs' })
})

describe('eviction', () => {
  it('of a scavenger is asked for, and it goes on afterwards; both sides see why', async () => {
    cut(1)
    const scavenger = await submit({ queue: 'scavenger' })
    await settle()
    const normal = await submit()
    await settle()
    expect(workerOf(scavenger.id)[1].isYielding).toBe(true)
    expect(stateOf(scavenger.id)).toBe('running')
    await leaveOff(scavenger.id)
    expect([stateOf(scavenger.id), stateOf(normal.id)]).toEqual(['queued', 'running'])
    expect(lab.jobs.get(scavenger.id).preemptions).toBe(1)
    expect(lab.scheduler.whys.why(scavenger.id).decisions).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'scavenger-gives-way', other: normal.id })]))
    expect(lab.scheduler.whys.why(normal.id).decisions).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'scavenger-gives-way', other: scavenger.id })]))
    await finish(normal.id)
    expect(stateOf(scavenger.id)).toBe('running')
    await finish(scavenger.id)
    expect(stateOf(scavenger.id)).toBe('done')
  })

  it('drives what runs off a device that is emptied, and back to it', async () => {
    const device = cut(1)
    const job = await submit()
    await settle()
    lab.devices.setAvailability(device.id, 'draining', 'new memory')
    lab.dispatcher.wake()
    await settle()
    await leaveOff(job.id)
    expect(stateOf(job.id)).toBe('queued')
    expect(lab.scheduler.whys.why(job.id)).toMatchObject({ reason: 'device', wouldStartIf: expect.stringContaining('uncordon') })
    lab.devices.setAvailability(device.id, 'open', null)
    lab.dispatcher.wake()
    await settle()
    expect(stateOf(job.id)).toBe('running')
  })

  it('happens when a window opens for others, and not to these', async () => {
    const device = cut(2)
    lab.scheduler.tenants.add({ name: 'class' })
    const [mine, theirs] = [await submit(), await submit({ tenant: 'class' })]
    await settle()
    const now = lab.nowMs()
    lab.scheduler.windows.add({ name: 'lesson', devices: [device.id], tenants: ['class'], time: { kind: 'once', fromMs: now + 5000, toMs: now + 10_000 } })
    await settle()
    expect(workerOf(mine.id)[1].isYielding).toBe(false)
    lab.wait(5000)
    lab.dispatcher.wake()
    await settle()
    expect([workerOf(mine.id)[1].isYielding, workerOf(theirs.id)[1].isYielding]).toEqual([true, false])
    await leaveOff(mine.id)
    expect(lab.scheduler.whys.why(mine.id)).toMatchObject({ reason: 'window', waitsFor: expect.stringContaining('lesson') })
    lab.wait(6000)
    lab.dispatcher.wake()
    await settle()
    expect(stateOf(mine.id)).toBe('running')
  })
})

describe('many jobs', () => {
  it('are taken in together or not at all', async () => {
    cut(1)
    const one = { recipe: 'tensor' as const, inputs: [], synthetic: 1, profile: '1g.10gb' }
    await expect(lab.jobs.submitMany([one, { ...one, tenant: 'nobody' }, { ...one, profile: '9g' }])).rejects.toMatchObject({ code: 'invalid_input', options: { details: { wrong: [{ place: 1 }, { place: 2 }] } } })
    expect(lab.store.jobs.any()).toBe(false)
    expect((await lab.jobs.submitMany([one, one, one])).ids).toHaveLength(3)
  })

  it('are shown page by page as a plain filter would show them, and changed together', async () => {
    cut(1)
    lab.scheduler.tenants.add({ name: 'ann' })
    const { ids } = await lab.jobs.submitMany(Array.from({ length: 40 }, (_, index) => ({ recipe: 'tensor' as const, inputs: [], synthetic: 1, profile: '1g.10gb', name: `job ${index}`, priority: index % 5, hold: true, labels: { course: index % 3 === 0 ? 'ml' : 'hpc' }, ...index % 2 === 0 && { tenant: 'ann' }, ...index % 4 === 0 && { queue: 'scavenger' } })))
    const { queries } = lab.scheduler
    const all = ids.map(id => lab.jobs.get(id))
    const ask = (wish: CallInput<'jobs.query'>) => queries.query({ filter: {}, sort: { by: 'submitted', descending: false }, group: null, offset: 0, limit: 100, ...wish } as Parameters<typeof queries.query>[0])
    expect(ask({ filter: { tenant: 'ann', queue: 'normal' } }).rows.map(({ id }) => id)).toEqual(all.filter(({ tenant, queue }) => tenant === 'ann' && queue === 'normal').map(({ id }) => id))
    expect(ask({ filter: { labels: ['course=ml'], text: 'JOB 1' } }).rows.map(({ id }) => id)).toEqual(all.filter(({ labels, name }) => labels.course === 'ml' && name?.includes('job 1')).map(({ id }) => id))
    const pages = [0, 7, 14, 21, 28, 35].flatMap(offset => ask({ sort: { by: 'priority', descending: true }, offset, limit: 7 }).rows)
    expect(pages.map(({ id }) => id)).toEqual([...all].sort((a, b) => b.priority - a.priority || (a.id < b.id ? 1 : -1)).map(({ id }) => id))
    expect(ask({ group: 'tenant' })).toMatchObject({ total: 40, groups: expect.arrayContaining([{ key: 'ann', count: 20 }, { key: 'me', count: 20 }]), states: { suspended: 40 } })
    expect(await queries.bulk({ action: 'queue', filter: { tenant: 'ann' }, value: 'guaranteed' })).toEqual({ done: 20, refused: [] })
    expect(ask({ filter: { classes: ['guaranteed'] } }).total).toBe(20)
    expect(await queries.bulk({ action: 'cancel', ids: [ids[0], 'job_none'] })).toMatchObject({ done: 1, refused: [{ id: 'job_none' }] })
    expect(await queries.bulk({ action: 'cancel', filter: {} })).toMatchObject({ done: 39, refused: [{ id: ids[0], message: expect.stringContaining('cancelled already') }] })
  })

  it('can be submitted again as they were', async () => {
    cut(1)
    const job = await submit({ name: 'again', priority: 3, labels: { a: 'b' }, maxRunMs: 9000, retries: { max: 2, delayMs: 500 }, queue: 'scavenger' })
    const copy = await lab.jobs.submit(lab.jobs.submission(job.id))
    const { id: _id, timing: _timing, waiting: _waiting, state: _state, slice: _slice, ...told } = lab.jobs.get(copy.id)
    expect(lab.jobs.get(job.id)).toMatchObject(told)
  })
})

describe('time', () => {
  it('that jumps counts for nobody\'s run, keeps the line in order and loses nothing', async () => {
    cut(1)
    const [running, a, b] = [await submit({ maxRunMs: 60_000 }), await submit({ name: 'a' }), await submit({ name: 'b' })]
    await settle()
    for (const byMs of [86_400_000, -172_800_000]) {
      lab.wait(byMs)
      lab.scheduler.followClock(byMs)
      await settle()
      expect(stateOf(running.id)).toBe('running')
      expect(lab.jobs.get(running.id).timing.runMs).toBeLessThan(1000)
    }
    const c = await submit({ name: 'c' })
    const line = lab.scheduler.queries.query({ filter: { states: ['queued'] }, sort: { by: 'line', descending: false }, group: null, offset: 0, limit: 10 }).rows
    expect(line.map(({ id }) => id)).toEqual([a.id, b.id, c.id])
    await finish(running.id)
    expect(stateOf(a.id)).toBe('running')
  })

  it('at the start puts every job in its right state in one pass', async () => {
    cut(2)
    const [running, other, held] = [await submit(), await submit(), await submit({ hold: true })]
    await settle()
    lab.jobs.cancel(other.id)
    requeueRunning(lab.store, lab.ledger, 'owner-died')
    expect([running, other, held].map(({ id }) => stateOf(id))).toEqual(['queued', 'cancelled', 'suspended'])
    expect(lab.store.leases.live()).toEqual([])
    lab.running.clear()
    lab.dispatcher.wake()
    await settle()
    expect(stateOf(running.id)).toBe('running')
  })
})

describe('the timeline', () => {
  it('shows what ran, what runs, what is planned and the windows', async () => {
    const device = cut(1)
    const first = await submit({ name: 'first' })
    await settle()
    await finish(first.id)
    await submit({ name: 'second', maxRunMs: 30_000 })
    await submit({ name: 'third', maxRunMs: 30_000 })
    await settle()
    const now = lab.nowMs()
    lab.scheduler.windows.add({ name: 'upkeep', devices: [device.id], tenants: [], time: { kind: 'once', fromMs: now + 500_000, toMs: now + 600_000 } })
    await settle()
    const { items, rows, truncated } = lab.scheduler.timelines.timeline({ fromMs: 0, toMs: now + 1_000_000, limit: 100 })
    expect(truncated).toBe(false)
    expect(rows).toEqual(expect.arrayContaining([expect.objectContaining({ device: device.id, profile: '1g.10gb' })]))
    expect(items.map(({ kind, label }) => [kind, label])).toEqual([['past', 'first'], ['running', 'second'], ['planned', 'third'], ['window', 'upkeep']])
    expect(items[2].fromMs).toBeGreaterThan(now)
  })
})
