import type { WireTensor } from '../../src-main/contract/model'
import type { Served } from '../helpers/serve'
import { Buffer } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { beforeEach, describe, expect, it } from 'vitest'
import { lookUp } from '../helpers/batchModels'
import { cliJson } from '../helpers/cliProcess'
import { serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

let folder: string
let model: string
let lab: Served
let device: string

beforeEach(async () => {
  folder = tempDir()
  model = join(folder, 'model.onnx')
  writeFileSync(model, lookUp())
  lab = await serve(join(folder, 'state'))
  const [added] = await lab.client.call('lab.add', { model: 'A100-80GB', mode: 'mig', layout: [{ profile: '3g.40gb', start: 0 }, { profile: '3g.40gb', start: 4 }] })
  device = added.id
  return async () => {
    expect((await lab.client.call('doctor.run', {})).checks.filter(({ ok }) => !ok)).toEqual([])
    await lab.stop()
  }
})

const get = (id: string) => lab.client.call('jobs.get', { id })
const place = (...at: number[]): WireTensor[] => [{ name: 'x', dtype: 'int64', shape: [at.length], data: Buffer.from(BigInt64Array.from(at, BigInt).buffer).toString('base64') }]

/** The row of the table that was asked for: each answer is told from all others. */
async function rowOf(id: string, at: number): Promise<number[]> {
  const { outputs: [y] } = await lab.client.call('jobs.infer', { id, inputs: place(at) })
  return [...new Float32Array(new Uint8Array(Buffer.from(y.data, 'base64')).buffer)]
}
const row = (at: number) => [at * 10, at * 10 + 1]

async function submit(serving = { maxBatch: 8, maxDelayMs: 5 }): Promise<string> {
  const { id } = await lab.client.call('jobs.submit', { recipe: 'tensor', model, inputs: [], device, serving })
  await until('the job has a slice', async () => (await get(id)).state === 'running')
  return id
}

/** Callers that ask on and on and check each answer; resolves with how many answers they had. */
function askUntil(id: string, isOver: () => boolean): Promise<number> {
  const caller = async (first: number) => {
    let answered = 0
    for (let at = first; !isOver(); at++) {
      expect(await rowOf(id, at % 4)).toEqual(row(at % 4))
      answered++
    }
    return answered
  }
  return Promise.all([0, 1, 2, 3, 4, 5].map(caller)).then(all => all.reduce((sum, count) => sum + count, 0))
}

describe('a served job', () => {
  it('answers many callers at once, each with its own, and several of them together', async () => {
    const id = await submit({ maxBatch: 8, maxDelayMs: 50 })
    const answers = await Promise.all(Array.from({ length: 32 }, (_, at) => lab.client.call('jobs.infer', { id, inputs: place(at % 4, 0) })))
    for (const [at, { outputs: [y] }] of answers.entries())
      expect([...new Float32Array(new Uint8Array(Buffer.from(y.data, 'base64')).buffer)]).toEqual([...row(at % 4), 0, 1])
    expect(Math.max(...answers.map(({ batch }) => batch))).toBeGreaterThan(1)
    expect((await get(id))).toMatchObject({ state: 'running', serving: { maxBatch: 8, maxDelayMs: 50 } })
  })

  it('answers those who asked before its model was loaded', async () => {
    const { id } = await lab.client.call('jobs.submit', { recipe: 'tensor', model, inputs: [], device, serving: {} })
    await expect(Promise.all([3, 2].map(at => rowOf(id, at)))).resolves.toEqual([row(3), row(2)])
  })

  it('refuses a bad request in words and goes on', async () => {
    const id = await submit()
    await expect(lab.client.call('jobs.infer', { id, inputs: [{ ...place(1)[0], name: 'z' }] })).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringMatching(/no input "z"/) as string })
    await expect(lab.client.call('jobs.infer', { id, inputs: [{ ...place(1)[0], data: '????' }] })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(rowOf(id, 99)).rejects.toMatchObject({ code: 'bad_model' })
    await expect(rowOf(id, 1)).resolves.toEqual(row(1))
  })

  it('loses no request and answers none twice while it is moved to another slice and back', async () => {
    const id = await submit()
    let isOver = false
    const asking = askUntil(id, () => isOver)
    for (let move = 0; move < 4; move++) {
      const from = (await get(id)).slice?.id
      const target = (await lab.client.call('jobs.moveTargets', { id })).find(({ slice, ok }) => ok && slice !== from)
      await lab.client.call('jobs.move', { id, slice: target?.slice })
    }
    isOver = true
    expect(await asking).toBeGreaterThan(0)
    expect((await get(id)).moves).toBe(4)
  })

  it('answers what was asked when its worker was killed, from the next one', async () => {
    const id = await submit()
    await rowOf(id, 0)
    let isOver = false
    const asking = askUntil(id, () => isOver)
    const worker = (await lab.client.call('devices.use', {})).find(({ job }) => job === id)
    expect(worker).toBeDefined()
    if (worker)
      process.kill(worker.pid, 'SIGKILL')
    await until('another worker has it', async () => (await lab.client.call('devices.use', {})).some(({ job, pid }) => job === id && pid !== worker?.pid))
    await expect(rowOf(id, 2)).resolves.toEqual(row(2))
    isOver = true
    await asking
  })

  it('ends when it is cancelled: who still waits is told, and the slice is free', async () => {
    const id = await submit({ maxBatch: 8, maxDelayMs: 1000 })
    await until('its model is loaded', async () => (await lab.client.call('events.list', { subject: id })).some(({ type }) => type === 'job.loaded'))
    const waiting = expect(rowOf(id, 1)).rejects.toMatchObject({ code: 'conflict', options: { retryable: true } })
    await lab.client.call('jobs.cancel', { id })
    await waiting
    await expect(rowOf(id, 1)).rejects.toMatchObject({ code: 'conflict' })
    await until('the slice is free', async () => (await lab.client.call('devices.list', {})).every(({ slices }) => slices.every(({ lease }) => lease === null)))
  })

  it('is asked from the command line', async () => {
    const id = await submit()
    const { status, answer } = await cliJson('infer', id, '--synthetic', '--dim', 'batch=3', '--state', join(folder, 'state'))
    expect(status).toBe(0)
    expect(answer).toMatchObject({ outputs: [{ name: 'y', dtype: 'float32', shape: [3, 2] }] })
  })
})
