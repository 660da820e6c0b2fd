import type { Job } from '../../src-main/contract/model'
import type { Served } from '../helpers/serve'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { smallConvolution } from '../helpers/batchModels'
import { greedyModel } from '../helpers/greedyModel'
import { addModel, loopModel } from '../helpers/onnx'
import { serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

let folder: string
let lab: Served
let device: string

const get = (id: string) => lab.client.call('jobs.get', { id })
const isEnded = ({ state }: Pick<Job, 'state'>) => state === 'done' || state === 'failed' || state === 'cancelled'

async function done(id: string): Promise<Job> {
  await until(`job ${id} ends`, async () => isEnded(await get(id)), 60_000)
  return get(id)
}

async function submit(name: string, model: Uint8Array, more: object = {}): Promise<string> {
  const path = join(folder, `${name}.onnx`)
  writeFileSync(path, model)
  return (await lab.client.call('jobs.submit', { recipe: 'tensor', model: path, inputs: [], device, profile: '1g.5gb', ...more })).id
}

const workerOf = async (id: string) => (await lab.client.call('devices.use', {})).find(({ job }) => job === id)

beforeEach(async () => {
  folder = tempDir()
  lab = await serve(join(folder, 'state'))
  const [added] = await lab.client.call('lab.add', { model: 'A100-40GB', mode: 'mig', layout: [{ profile: '1g.5gb' }, { profile: '1g.5gb' }, { profile: '1g.5gb' }] })
  device = added.id
})
afterEach(async () => {
  const { checks } = await lab.client.call('doctor.run', {})
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  await lab.stop()
})

it('refuses a model that no slice could hold before it is queued, with the numbers and what would hold it', async () => {
  await expect(submit('large', greedyModel(6 * 1024))).rejects.toMatchObject({
    code: 'out_of_memory',
    message: expect.stringMatching(/needs about \d+ MiB, and 1g\.5gb has 4864 MiB\. These would hold it: .*80GB/),
  })
})

it('ends a worker that takes more memory than its slice has, names the job, and leaves its neighbour alone', async () => {
  // On a MIG slice it would take its memory at a seventh of the speed.
  const [vgpus] = await lab.client.call('lab.add', { model: 'A100-40GB', mode: 'vgpu', layout: [{ profile: 'A100-4C' }, { profile: 'A100-4C' }] })
  const [{ memoryMiB }] = vgpus.slices
  const place = { device: vgpus.id, profile: 'A100-4C' }
  const neighbour = await submit('neighbour', addModel(), { ...place, synthetic: 100 })
  // What it allocates is told by a value that comes only with the input, so that no estimate can see it.
  const input = join(folder, 'input.json')
  writeFileSync(input, JSON.stringify({ x: [1], n: [3 * 1024 * 262_144] }))
  const id = await submit('greedy', greedyModel(null), { ...place, inputs: [input] })
  const job = await done(id)
  expect(job).toMatchObject({ state: 'failed', error: { code: 'out_of_memory' } })
  expect(job.error?.details).toMatchObject({ limitMiB: memoryMiB })
  expect(await done(neighbour)).toMatchObject({ state: 'done', crashes: 0, counts: { done: 100 } })
})

it('ends a worker that shows no progress within its job\'s limit, and gives its slice to the next', async () => {
  const id = await submit('endless', loopModel(2n ** 62n), { timeLimitMs: 1500 })
  const job = await done(id)
  expect(job).toMatchObject({ state: 'failed', error: { code: 'worker_hung', message: expect.stringContaining('no sign of progress for 1.5 seconds') } })
  expect(await done(await submit('next', addModel()))).toMatchObject({ state: 'done' })
})

it.each(['SIGABRT', 'SIGSEGV', 'SIGBUS'] as const)('takes a worker up again that ends by %s, and every input has its result', async (signal) => {
  const id = await submit(`many-${signal}`, smallConvolution(16, 32), { synthetic: 1500 })
  await until('it has results', async () => (await get(id)).counts.done > 0, 60_000)
  const pid = (await workerOf(id))?.pid
  process.kill(Number(pid), signal)
  expect(await done(id)).toMatchObject({ state: 'done', crashes: 1, counts: { done: 1500, failed: 0 } })
})

it('tells while it runs what keeps a worker within its slice', async () => {
  const id = await submit('watched', loopModel(2n ** 62n))
  await until('the worker computes', async () => (await workerOf(id))?.state === 'running')
  const use = await workerOf(id)
  expect(use?.enforcement.memory.limitMiB).toBe(4864)
  expect(use?.enforcement.compute.share).toBeCloseTo(1 / 7, 5)
  expect(['turns', 'quota', 'batch-ends']).toContain(use?.enforcement.compute.means)
  await lab.client.call('jobs.cancel', { id })
})
