import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { requeueRunning } from '../../src-main/scheduler/recovery'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { gpus, settle, wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

let paths: ReturnType<typeof prepareStateDir>
let lab: ReturnType<typeof wireLab>
beforeEach(() => {
  paths = prepareStateDir(tempDir())
  lab = wireLab(paths)
})
afterEach(async () => {
  expect(checkInvariants({ store: lab.store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs: lab.nowMs() }).filter(({ ok }) => !ok)).toEqual([])
  lab.leases.close()
  lab.dispatcher.close()
  lab.store.close()
})

const add = (model: string, more: object = {}) => lab.devices.add({ model, count: 1, ...more })[0]
const ask = (holder: string, more: object) => lab.leases.grant({ holder, count: 1, cut: true, expiresInMs: null, idleAfterMs: null, ...more })

it('grants what is free, cuts what is not there, and refuses with what would let it in', () => {
  const { id } = add('A100-80GB', { layout: [{ profile: '1g.10gb', start: 5 }] })
  expect(ask('vm-1', { profile: '1g.10gb' }).slices).toMatchObject([{ start: 5 }])
  expect(ask('vm-2', { profile: '3g.40gb' }).slices).toMatchObject([{ profile: '3g.40gb', start: 0 }])
  expect(() => ask('vm-3', { profile: '4g.40gb', device: id })).toThrow(/4g\.40gb/)
  expect(() => ask('vm-3', { profile: '3g.40gb', device: id })).toThrow(expect.objectContaining({ code: 'conflict', options: expect.objectContaining({ details: expect.objectContaining({ fits: false, smallestChange: [expect.objectContaining({ move: expect.stringContaining('slice_'), from: 5, to: null })] }) }) }))
})

it('names the holder of a compute instance that is in the way', () => {
  const { id } = add('A100-80GB', { layout: [{ profile: '7g.80gb', start: 0, compute: [3, 4] }] })
  ask('vm-1', { profile: '4c.7g.80gb' })
  expect(() => ask('vm-2', { profile: '1g.10gb', device: id })).toThrow('vm-1')
})

it('cuts nothing that it was told not to cut', () => {
  add('A100-80GB', { layout: [] })
  expect(() => ask('vm-1', { profile: '1g.10gb', cut: false })).toThrow('0 of 1 are')
  expect(lab.store.slices.all().filter(({ profile }) => profile !== 'passthrough')).toEqual([])
})

it('gives a gang all or nothing', () => {
  add('A100-80GB', { layout: [] })
  expect(() => ask('team', { profile: '2g.20gb', count: 4 })).toThrow(/2g\.20gb/)
  expect(lab.store.leases.live()).toEqual([])
  expect(lab.store.slices.all().filter(({ profile }) => profile === '2g.20gb')).toEqual([])
  expect(ask('team', { profile: '2g.20gb', count: 3 }).slices.map(({ start }) => start).sort()).toEqual([0, 2, 4])
})

it('knows profiles by their vGPU names and the names of other boards', () => {
  const [mig, vgpu] = [add('A100-80GB', { layout: [] }), add('A100-80GB', { mode: 'vgpu', layout: [] })]
  expect(ask('vm-1', { profile: 'A100D-1-10C', device: mig.id }).slices).toMatchObject([{ profile: '1g.10gb' }])
  expect(ask('vm-2', { profile: 'A100DX-20C', device: vgpu.id }).slices).toMatchObject([{ profile: 'A100D-20C' }])
})

it('gives one holder at most four vGPUs, all of one board type and series', () => {
  lab.devices.add({ model: 'A100-80GB', count: 3, mode: 'vgpu', layout: [] })
  add('T4-16GB', { mode: 'vgpu', layout: [] })
  ask('vm-1', { profile: 'A100D-20C', count: 3 })
  expect(() => ask('vm-1', { profile: 'A100D-20C', count: 2 })).toThrow('one holder has at most 4')
  expect(() => ask('vm-1', { profile: 'T4-8C' })).toThrow('of one board type and series')
  ask('vm-1', { profile: 'A100D-40C' })
  expect(() => ask('vm-2', { profile: 'A100D-10C', count: 5 })).toThrow('one holder has at most 4')
})

it('finds a device by model or label, and never means the host\'s CPU by a need', () => {
  add('A30-24GB', { label: 'class' })
  add('A100-80GB')
  expect(ask('vm-1', { need: { label: 'class' } }).slices).toMatchObject([{ deviceName: 'Virtual A30-24GB', profile: '1g.6gb' }])
  expect(ask('vm-2', { need: { models: ['a100-80gb'], memoryMiB: 30_000 } }).slices).toMatchObject([{ profile: '3g.40gb' }])
  expect(ask('vm-4', { profile: '1g.6gb', need: { label: 'class', models: ['a30-24gb'] } }).slices).toMatchObject([{ deviceName: 'Virtual A30-24GB' }])
  expect(() => ask('vm-5', { profile: '1g.10gb', need: { label: 'class' } })).toThrow('1g.10gb')
  expect(() => ask('vm-5', { profile: '1g.10gb', need: { memoryMiB: 1 } })).toThrow('says already how large')
  expect(() => ask('vm-3', { need: { models: ['H100-80GB'] } })).toThrow('No device serves')
  expect(() => ask('vm-3', { need: { memoryMiB: 500_000 } })).toThrow('is not free')
})

it('makes parts of a shared device at the grant and takes them away at the release', () => {
  const { id } = add('T4-16GB', { mode: 'shared' })
  const [half, other] = [ask('a', { profile: '0.5', device: id }), ask('b', { profile: '3000MiB', device: id })]
  expect(lab.devices.describe(id).slices.map(({ memoryMiB }) => memoryMiB).sort()).toEqual([3000, 8192])
  expect(() => ask('c', { profile: '6GiB', device: id })).toThrow('is not free')
  lab.leases.release({ id: half.id, revoke: false })
  expect(lab.devices.describe(id).slices).toMatchObject([{ memoryMiB: 3000, lease: { holder: 'b' } }])
  expect(ask('c', { profile: '6GiB', device: id }).epoch).toBeGreaterThan(other.epoch)
})

const killed = { kind: 'killed', how: 'ended by SIGKILL' } as const

it('runs jobs on parts of a shared device, and on a part again after a crash', async () => {
  const { id } = add('T4-16GB', { mode: 'shared' })
  const job = await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 1, device: id, need: { memoryMiB: 4096 } })
  await settle()
  expect(lab.devices.describe(id).slices).toMatchObject([{ profile: '4096MiB', lease: { holder: job.id } }])
  const [[sliceId, { request }]] = [...lab.running]
  lab.running.clear()
  lab.reports.onExit(sliceId, { jobId: job.id, epoch: request.epoch, isLoaded: true, isAlone: false }, killed)
  await settle()
  expect(lab.devices.describe(id).slices).toMatchObject([{ profile: '4096MiB', lease: { holder: job.id } }])
  expect([...lab.running.keys()]).not.toContain(sliceId)
  lab.jobs.cancel(job.id)
  const [[second, { request: again }]] = [...lab.running]
  lab.reports.onJobMessage(second, { type: 'finished', jobId: job.id, epoch: again.epoch })
  await settle()
  expect(lab.devices.describe(id).slices).toEqual([])
})

it('ends a lease when its time is over, or when it was idle for too long, and not before', () => {
  add('A100-80GB')
  const timed = ask('vm-1', { profile: '1g.10gb', expiresInMs: 10_000 })
  const idle = ask('vm-2', { profile: '1g.10gb', idleAfterMs: 20_000 })
  lab.wait(9000)
  lab.leases.sweep()
  expect(lab.leases.list()).toHaveLength(2)
  lab.leases.renew({ id: timed.id, epoch: timed.epoch, expiresInMs: 10_000 })
  lab.wait(9000)
  lab.leases.sweep()
  expect(lab.leases.list()).toHaveLength(2)
  lab.wait(2000)
  lab.leases.sweep()
  expect(lab.leases.list()).toEqual([])
  expect(lab.store.events.list(0, 1000).filter(({ type }) => type === 'lease.released').map(({ data }) => data)).toMatchObject([{ holder: 'vm-1', why: 'expired' }, { holder: 'vm-2', why: 'idle' }])
  expect(() => lab.leases.renew({ id: idle.id, epoch: idle.epoch, expiresInMs: null })).toThrow('it was released or has expired')
})

it('ends a lease by its own timer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    add('A100-80GB')
    ask('vm-1', { profile: '1g.10gb', expiresInMs: 5000 })
    lab.wait(5000)
    await vi.advanceTimersByTimeAsync(5000)
    expect(lab.leases.list()).toEqual([])
  }
  finally {
    vi.useRealTimers()
  }
})

it('refuses who comes with an old epoch', () => {
  add('A100-80GB')
  const first = ask('vm-1', { profile: '3g.40gb' })
  lab.leases.release({ id: first.id, revoke: false })
  const second = ask('vm-2', { profile: '3g.40gb' })
  expect(second.epoch).toBeGreaterThan(first.epoch)
  expect(() => lab.leases.renew({ id: second.id, epoch: first.epoch, expiresInMs: null })).toThrow(`has epoch ${second.epoch}, not ${first.epoch}`)
})

it('leaves holders outside their leases when the lab ends, and takes those of jobs back', async () => {
  add('A100-80GB')
  const { id } = ask('vm-1', { profile: '3g.40gb' })
  await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 1, profile: '2g.20gb' })
  await settle()
  expect(lab.leases.list()).toHaveLength(2)
  requeueRunning(lab.store, lab.ledger, 'owner-died')
  expect(lab.leases.list()).toMatchObject([{ id, holder: 'vm-1' }])
})

it('takes a slice from a job only when told to, and the job goes on from its checkpoint without a crash to its name', async () => {
  add('A100-80GB', { layout: [{ profile: '7g.80gb' }] })
  const job = await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 2, profile: '7g.80gb' })
  await settle()
  const [lease] = lab.leases.list()
  expect(() => lab.leases.release({ id: lease.id, revoke: false })).toThrow('goes back to its queue')
  const [[sliceId, { request }]] = [...lab.running]
  lab.leases.release({ id: lease.id, revoke: true })
  lab.running.clear()
  lab.reports.onExit(sliceId, { jobId: job.id, epoch: request.epoch, isLoaded: true, isAlone: false }, { kind: 'stopped' })
  expect(lab.jobs.get(job.id)).toMatchObject({ crashes: 0 })
  await settle()
  expect(lab.jobs.get(job.id)).toMatchObject({ state: 'running', crashes: 0 })
  expect(lab.leases.list()[0].epoch).toBeGreaterThan(lease.epoch)
})
