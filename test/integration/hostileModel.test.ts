import type { Served } from '../helpers/serve'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { addModel, loopModel } from '../helpers/onnx'
import { isAlive, serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

const job = (lab: Served, id: string) => lab.client.call('jobs.get', { id })

async function submit(lab: Served, folder: string, model: Uint8Array, profile: string): Promise<string> {
  const path = join(folder, `${profile}.onnx`)
  writeFileSync(path, model)
  return (await lab.client.call('jobs.submit', { recipe: 'tensor', model: path, inputs: [], profile })).id
}

async function workerOf(lab: Served, id: string): Promise<number | undefined> {
  const { slice, state } = await job(lab, id)
  const use = await lab.client.call('devices.use', {})
  return state === 'running' ? use.find(({ sliceId, state }) => sliceId === slice?.id && state === 'running')?.pid : undefined
}

it('fails the one input that ends its worker twice, the second time computed alone, and hurts no other', async () => {
  const folder = tempDir()
  const lab = await serve(join(folder, 'state'))
  const id = await submit(lab, folder, loopModel(2n ** 62n), '3g.40gb')
  for (let death = 1; death <= 2; death++) {
    let pid: number | undefined
    await until(`worker ${death} computes`, async () => (await lab.client.call('events.list', { subject: id })).filter(({ type }) => type === 'job.loaded').length === death)
    await until(`worker ${death} runs the job`, async () => (pid = await workerOf(lab, id)) !== undefined && isAlive(pid))
    if (pid !== undefined)
      process.kill(pid, 'SIGSEGV')
    await until(`death ${death} is noticed`, async () => (await job(lab, id)).crashes === death)
  }
  await until('the job has failed', async () => (await job(lab, id)).state === 'failed')
  expect((await job(lab, id)).error).toMatchObject({ code: 'worker_crashed', message: expect.stringContaining('ended by SIGSEGV') })
  const honest = await submit(lab, folder, addModel(), '3g.40gb')
  await until('another job has the slice', async () => (await job(lab, honest)).state === 'done')
  expect((await lab.client.call('doctor.run', {})).ok).toBe(true)
  await lab.stop()
})

it('cancels a job that never comes to a batch\'s end by ending its worker, and frees the slice', async () => {
  const folder = tempDir()
  const lab = await serve(join(folder, 'state'))
  const id = await submit(lab, folder, loopModel(2n ** 62n), '2g.20gb')
  let pid: number | undefined
  await until('the model computes', async () => (await lab.client.call('events.list', { subject: id })).some(({ type }) => type === 'job.loaded'))
  await until('the job runs', async () => (pid = await workerOf(lab, id)) !== undefined)
  expect(await lab.client.call('jobs.cancel', { id })).toMatchObject({ state: 'cancelled' })
  const next = await submit(lab, folder, addModel(), '2g.20gb')
  expect(await job(lab, next)).toMatchObject({ state: 'queued' })
  await until('the slice is free for the next', async () => (await job(lab, next)).state === 'done', 15_000)
  expect(pid !== undefined && isAlive(pid)).toBe(false)
  await expect(lab.client.call('jobs.cancel', { id })).rejects.toMatchObject({ code: 'conflict' })
  expect((await lab.client.call('doctor.run', {})).ok).toBe(true)
  await lab.stop()
})

it('leaves no worker behind that is deep in a model when its lab is killed', async () => {
  const folder = tempDir()
  const lab = await serve(join(folder, 'state'))
  const id = await submit(lab, folder, loopModel(2n ** 62n), '1g.10gb')
  await until('the model computes', async () => (await lab.client.call('events.list', { subject: id })).some(({ type }) => type === 'job.loaded'))
  const pid = await workerOf(lab, id)
  await lab.kill()
  await until('the worker is gone', () => pid !== undefined && !isAlive(pid), 5000)
  const next = await serve(join(folder, 'state'))
  await next.client.call('jobs.cancel', { id })
  await next.stop()
})
