import type { Job } from '../../src-main/contract/model'
import type { Served } from '../helpers/serve'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cutPictures } from '../helpers/pictures'
import { serve, until } from '../helpers/serve'
import { repeatSound } from '../helpers/sound'
import { tempDir } from '../helpers/tempDir'

let folder: string
let lab: Served
let device: string

const get = (id: string) => lab.client.call('jobs.get', { id })
const isEnded = ({ state }: Pick<Job, 'state'>) => state === 'done' || state === 'failed' || state === 'cancelled'
const results = async (id: string) => Promise.all((await get(id)).items.map(({ index }) => lab.client.call('jobs.result', { id, index })))

async function done(id: string, limitMs = 120_000): Promise<Job> {
  await until(`job ${id} ends`, async () => isEnded(await get(id)), limitMs)
  return get(id)
}

async function slices(): Promise<{ id: string, profile: string, start: number, holder: string | null }[]> {
  const found = (await lab.client.call('devices.list', {})).find(({ id }) => id === device)
  return (found?.slices ?? []).map(({ id, profile, start, lease }) => ({ id, profile, start, holder: lease?.holder ?? null }))
}

beforeEach(async () => {
  folder = tempDir()
  lab = await serve(join(folder, 'state'))
  const [added] = await lab.client.call('lab.add', { model: 'A100-80GB', mode: 'mig', layout: [{ profile: '3g.40gb', start: 0 }, { profile: '3g.40gb', start: 4 }] })
  device = added.id
})
afterEach(async () => {
  const { checks } = await lab.client.call('doctor.run', {})
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  await lab.stop()
})

async function pictures(count: number): Promise<string[]> {
  return cutPictures(join(folder, 'pictures'), count)
}

async function runningWithResults(id: string): Promise<void> {
  await until('the job has its first results', async () => (await get(id)).counts.done > 0, 60_000)
}

describe('a running job', () => {
  it('moves to another slice and back, with every result once and the same as undisturbed', async () => {
    const inputs = await pictures(24)
    const undisturbed = await done((await lab.client.call('jobs.submit', { recipe: 'ocr', inputs, device, profile: '3g.40gb' })).id)
    const { id } = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs, device, profile: '3g.40gb' })
    await runningWithResults(id)
    const [first, second] = await slices()
    const there = await lab.client.call('jobs.move', { id })
    expect(there).toMatchObject({ job: id, from: { id: first.id }, to: { id: second.id } })
    expect(there.pauseMs).toBeGreaterThanOrEqual(0)
    expect(await slices()).toMatchObject([{ holder: null }, { holder: id }])
    await lab.client.call('jobs.move', { id, slice: first.id })
    const job = await done(id)
    expect(job).toMatchObject({ state: 'done', moves: 2, crashes: 0, counts: { total: 24, done: 24, failed: 0 } })
    expect(await results(id)).toEqual(await results(undisturbed.id))
    const progressed = (await lab.client.call('events.list', { subject: id, limit: 5000 })).filter(({ type }) => type === 'job.progressed')
    expect(progressed.reduce((sum, { data }) => sum + Number(data.done), 0)).toBe(24)
  }, 180_000)

  it('takes the state of a recording along that it is in the middle of', async () => {
    const sample = join(import.meta.dirname, '../../resources/samples/speech.wav')
    const long = join(folder, 'long.wav')
    repeatSound(sample, long, 60)
    const undisturbed = await done((await lab.client.call('jobs.submit', { recipe: 'vad', inputs: [long], device, profile: '3g.40gb' })).id)
    const { id } = await lab.client.call('jobs.submit', { recipe: 'vad', inputs: [long], device, profile: '3g.40gb' })
    await until('the model listens', async () => (await lab.client.call('events.list', { subject: id })).some(({ type }) => type === 'job.loaded'))
    const { pauseMs } = await lab.client.call('jobs.move', { id })
    expect(pauseMs).toBeGreaterThanOrEqual(0)
    await lab.client.call('jobs.suspend', { id })
    expect(await get(id)).toMatchObject({ state: 'suspended', moves: 1, counts: { done: 0 } })
    expect((await slices()).every(({ holder }) => holder === null)).toBe(true)
    await lab.client.call('jobs.resume', { id })
    expect(await done(id)).toMatchObject({ state: 'done', crashes: 0 })
    expect(await results(id)).toEqual(await results(undisturbed.id))
  }, 180_000)

  it('goes on where it was when its new worker dies while it warms up, and the move says why', async () => {
    const { id } = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: await pictures(16), device, profile: '3g.40gb' })
    await runningWithResults(id)
    const [, target] = await slices()
    const moving = lab.client.call('jobs.move', { id, slice: target.id }).catch((thrown: unknown) => thrown)
    let pid: number | undefined
    await until('the new worker is there', async () => (pid = (await lab.client.call('devices.use', {})).find(({ sliceId }) => sliceId === target.id)?.pid) !== undefined)
    process.kill(Number(pid), 'SIGKILL')
    expect(await moving).toMatchObject({ code: 'worker_crashed' })
    expect(await slices()).toMatchObject([{ holder: id }, { holder: null }])
    expect(await done(id)).toMatchObject({ state: 'done', crashes: 0, moves: 0 })
  }, 120_000)

  it('is requeued with its results when its old worker dies in the middle of a move', async () => {
    const inputs = await pictures(16)
    const { id } = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs, device, profile: '3g.40gb' })
    await runningWithResults(id)
    const [source] = await slices()
    const pid = (await lab.client.call('devices.use', {})).find(({ sliceId }) => sliceId === source.id)?.pid
    const moving = lab.client.call('jobs.move', { id }).catch((thrown: unknown) => thrown)
    process.kill(Number(pid), 'SIGKILL')
    expect(await moving).toMatchObject({ code: 'conflict' })
    expect(await done(id)).toMatchObject({ state: 'done', crashes: 1, counts: { done: 16 } })
  }, 120_000)

  it('cannot go where it does not fit or somebody is, and says so', async () => {
    const { id } = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: await pictures(8), device, profile: '3g.40gb' })
    const [, other] = await slices()
    await lab.client.call('leases.grant', { holder: 'vm-1', device, profile: '3g.40gb', cut: false })
    const target = (await lab.client.call('jobs.moveTargets', { id })).find(({ slice }) => slice === other.id)
    expect(target).toMatchObject({ ok: false, reasons: ['held by vm-1'] })
    await expect(lab.client.call('jobs.move', { id, slice: other.id })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('held by vm-1') })
    await done(id)
    await expect(lab.client.call('jobs.move', { id })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is done') })
  }, 120_000)
})

describe('a device', () => {
  it('is emptied: what runs on it moves to others', async () => {
    const { id } = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: await pictures(16), device, profile: '3g.40gb' })
    await runningWithResults(id)
    const { moved, left } = await lab.client.call('devices.evacuate', { id: device })
    expect(left).toEqual([])
    expect(moved).toMatchObject([{ job: id, from: { device } }])
    expect(moved[0].to.device).not.toBe(device)
    expect(await done(id)).toMatchObject({ state: 'done', counts: { done: 16 } })
  }, 120_000)

  it('is cut anew under a running job, which moves with its slice and loses nothing', async () => {
    const inputs = await pictures(24)
    const { id } = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs, device, profile: '3g.40gb' })
    await runningWithResults(id)
    // It runs at slot 0; a 4g.40gb can only begin there.
    const wish = { device, layout: [{ profile: '4g.40gb', start: 0 }, { profile: '3g.40gb', start: 4 }] }
    expect((await lab.client.call('slices.plan', wish)).blocked).toContain(id)
    await expect(lab.client.call('slices.apply', wish)).rejects.toMatchObject({ code: 'in_use' })
    const { device: after } = await lab.client.call('slices.apply', { ...wish, moveJobs: true })
    expect(after.slices.map(({ profile, start }) => ({ profile, start })).sort((a, b) => a.start - b.start)).toEqual(wish.layout)
    expect(await done(id)).toMatchObject({ state: 'done', crashes: 0, counts: { done: 24 } })
    expect(after.unfinishedChange).toBeNull()
  }, 180_000)
})
