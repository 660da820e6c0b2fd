import type { Backend, Device, Isolation, Job, MoveReport, MoveTarget } from '../../src-main/contract/model'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { cli, cliJson, startCli } from '../helpers/cliProcess'
import { addModel, identityModel, loopModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

let folder: string
let state: string

beforeEach(() => {
  folder = tempDir()
  state = join(folder, 'state')
})

/** The JSON that a command answers with status 0. */
async function ask<T>(...args: string[]): Promise<T> {
  const { status, answer, stderr } = await cliJson(...args, '--state', state)
  expect(status, stderr).toBe(0)
  return answer
}

function modelFile(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const serve = () => startCli(['serve', '--state', state]).said(/ready/)
const device = (label: string, layout: string) => ask<Device>('lab', 'add', 'A100-80GB', '--layout', layout, '--label', label)
const job = (id: string) => ask<Job>('jobs', id)

/** A job that takes minutes, on this device, once its first inputs are done. */
async function running(label: string, profile: string): Promise<Job> {
  const model = modelFile('slow.onnx', loopModel(20_000n))
  const { id } = await ask<Job>('submit', '--recipe', 'tensor', '--model', model, '--synthetic', '5000', '--device', label, '--slice', profile)
  return reached(id, ({ state, counts }) => state === 'running' && counts.done > 0)
}

async function reached(id: string, wanted: (job: Job) => boolean): Promise<Job> {
  return vi.waitFor(async () => {
    const now = await job(id)
    expect(wanted(now), JSON.stringify({ ...now, items: [] })).toBe(true)
    return now
  }, { timeout: 60_000, interval: 200 })
}

describe('a running job on the command line', () => {
  it('is moved to another profile, loses nothing, and says what it cost', async () => {
    await serve()
    await device('red', '1g.10gb@0,3g.40gb@4')
    const before = await running('red', '1g.10gb')
    const targets = await ask<MoveTarget[]>('move', before.id, '--list')
    expect(targets.find(({ profile }) => profile === '3g.40gb')).toMatchObject({ ok: true, reasons: [], deviceName: before.slice && expect.any(String) })
    const report = await ask<MoveReport>('move', before.id, '--profile', '3g.40gb', '--device', 'red')
    expect(report).toMatchObject({ job: before.id, from: { profile: '1g.10gb' }, to: { profile: '3g.40gb' } })
    expect(report.pauseMs).toBeGreaterThanOrEqual(0)
    const after = await reached(before.id, ({ counts }) => counts.done > before.counts.done)
    expect(after).toMatchObject({ state: 'running', slice: { profile: '3g.40gb' }, moves: 1, crashes: 0, counts: { failed: 0 } })
    expect((await cli('jobs', before.id, '--state', state)).stdout).toMatch(/moved once, the last move stopped it for [\d.]+ m?s/)
    expect((await cli('devices', '--state', state)).stdout).toMatch(/kept within the slice by\n.*memory /)
    await ask('cancel', before.id)
  })

  it('is suspended, gives its slice back, and goes on where it was', async () => {
    await serve()
    await device('red', '1g.10gb@0')
    const { id } = await running('red', '1g.10gb')
    await ask('suspend', id)
    const suspended = await reached(id, ({ state }) => state === 'suspended')
    await vi.waitFor(async () => {
      const [{ slices }] = (await ask<Device[]>('devices')).filter(({ label }) => label === 'red')
      expect(slices.map(({ lease }) => lease)).toEqual([null])
    }, { timeout: 30_000, interval: 200 })
    expect((await cli('jobs', id, '--state', state)).stdout).toContain(`tranche resume ${id}`)
    await ask('resume', id)
    expect((await reached(id, ({ state, counts }) => state === 'running' && counts.done > suspended.counts.done)).counts.failed).toBe(0)
    await ask('cancel', id)
  })

  it('leaves a device that is emptied', async () => {
    await serve()
    await device('red', '1g.10gb@0')
    await device('blue', '1g.10gb@0')
    const { id } = await running('red', '1g.10gb')
    const emptied = await ask<{ moved: MoveReport[], left: unknown[] }>('evacuate', 'red')
    expect(emptied).toMatchObject({ moved: [{ job: id }], left: [] })
    const [red] = (await ask<Device[]>('devices')).filter(({ label }) => label === 'red')
    expect((await job(id)).slice?.device).not.toBe(red.id)
    await ask('cancel', id)
  })

  it('cannot be moved once it has ended', async () => {
    await serve()
    await device('red', '1g.10gb@0')
    const { answer } = await cliJson('submit', '--recipe', 'tensor', '--model', modelFile('add.onnx', addModel()), '--wait', '--state', state)
    const { id } = answer as Job
    const refused = await cliJson('move', id, '--profile', '1g.10gb', '--state', state)
    expect(refused.status).toBeGreaterThan(0)
    expect(refused.answer).toMatchObject({ error: { message: expect.any(String) } })
  })
})

describe('how a job runs', () => {
  it('is as it was asked for: backends in order, inputs together', async () => {
    const model = modelFile('rows.onnx', identityModel(1, ['n', 4]))
    const done = await ask<Job>('submit', '--recipe', 'tensor', '--model', model, '--synthetic', '8', '--batch', '4', '--backend', 'cpu', '--time-limit', '1m', '--wait')
    expect(done).toMatchObject({ state: 'done', backends: ['cpu'], timeLimitMs: 60_000, params: { batch: 4 }, ran: { nodes: [{ backend: 'cpu' }], fallback: null } })
    expect(done.items.map(item => (item as { result?: { batch: number } }).result?.batch)).toEqual(Array.from({ length: 8 }, () => 4))
  })

  it('can be to answer requests until it is cancelled', async () => {
    await serve()
    const model = modelFile('rows.onnx', identityModel(1, ['n', 4]))
    const { id } = await ask<Job>('submit', '--recipe', 'tensor', '--model', model, '--serve', '--max-batch', '8')
    expect(await reached(id, ({ state }) => state === 'running')).toMatchObject({ serving: { maxBatch: 8, maxDelayMs: 2 } })
    expect((await cli('jobs', '--state', state)).stdout).toMatch(/running\s+tensor\s+serving/)
    expect(await ask('cancel', id)).toMatchObject({ state: 'cancelled' })
  })
})

describe('what a host offers', () => {
  it('is said before anything runs', async () => {
    expect(await ask<Backend[]>('backends')).toContainEqual(expect.objectContaining({ id: 'cpu', installed: true }))
    expect(await ask<Isolation>('isolation')).toEqual({ files: expect.any(Boolean), network: expect.any(Boolean), programs: expect.any(Boolean), endsWithLab: expect.any(Boolean), detail: expect.any(String) })
    expect((await cli('isolation', '--state', state)).stdout).toMatch(/^On this host a worker\n {2}(?:not )?kept/)
  })

  it('is enough for a model or not, by the graph alone', async () => {
    await device('red', '1g.10gb@0')
    const small = await ask<{ totalMiB: number, fits: { profile: string, ok: boolean }[] }>('estimate', modelFile('add.onnx', addModel()))
    expect(small.fits).toContainEqual(expect.objectContaining({ profile: '1g.10gb', ok: true }))
    const model = modelFile('large.onnx', identityModel(1, ['n', 1024, 1024]))
    const { totalMiB, fits } = await ask<typeof small>('estimate', model, '--batch', '4096')
    expect(totalMiB).toBeGreaterThan(16_384)
    expect(fits).toContainEqual(expect.objectContaining({ profile: '1g.10gb', ok: false }))
  })
})
