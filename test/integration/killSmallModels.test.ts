import type { TensorResult } from '../../src-main/recipes/tensor'
import type { Served } from '../helpers/serve'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { smallConvolution } from '../helpers/batchModels'
import { isTrimmed } from '../helpers/packs'
import { isAlive, seededRandom, serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

const count = 2000
const kills = 8

const isEnded = async (lab: Served, id: string) => !['queued', 'running'].includes((await lab.client.call('jobs.get', { id })).state)

it(`has every result of ${count} quick inputs whole and once after kill -9 of worker or lab at ${kills} random moments`, async () => {
  const seed = Number(process.env.TRANCHE_SEED ?? Date.now() % 1e6)
  console.log(`seed ${seed}: TRANCHE_SEED=${seed} repeats it`)
  const random = seededRandom(seed)
  const folder = tempDir()
  const stateDir = join(folder, 'state')
  const model = join(folder, 'small.onnx')
  writeFileSync(model, smallConvolution(16, 16))
  let lab = await serve(stateDir)
  const submit = async () => (await lab.client.call('jobs.submit', { recipe: 'tensor', model, inputs: [], synthetic: count, outDir: join(folder, `out${Math.floor(random() * 1e9)}`) }))

  const undisturbed = await submit()
  await until('the undisturbed job is done', () => isEnded(lab, undisturbed.id), 60_000)
  const { timing, outDir: expected } = await lab.client.call('jobs.get', { id: undisturbed.id })

  const id = (await submit()).id
  for (let killed = 0; killed < kills; killed++) {
    await sleep(random() * timing.runMs / kills)
    if (await isEnded(lab, id))
      break
    const pids = (await lab.client.call('devices.use', {})).map(({ pid }) => pid)
    // Two deaths of its worker without a result between them, and an input would be suspected.
    if (killed % 3 === 1) {
      pids.filter(isAlive).forEach(pid => process.kill(pid, 'SIGKILL'))
    }
    else {
      await lab.kill()
      await until('no worker outlives its lab', () => !pids.some(isAlive), 10_000)
      lab = await serve(stateDir)
    }
  }
  await until('the job is done', () => isEnded(lab, id), 60_000)
  const job = await lab.client.call('jobs.get', { id })
  expect(job).toMatchObject({ state: 'done', counts: { total: count, done: count, failed: 0 } })
  await until('nothing stray is left', () => isTrimmed(stateDir, id), 5000)

  expect(readdirSync(job.outDir ?? '').sort()).toEqual(readdirSync(expected ?? '').sort())
  for (let index = 0; index < count; index++) {
    const file = (name: string, out: string | null) => readFileSync(join(out ?? '', `input-${index}`, name))
    expect(file('y.npy', job.outDir).equals(file('y.npy', expected)), `y.npy of input ${index}`).toBe(true)
    expect((JSON.parse(file('result.json', job.outDir).toString()) as TensorResult).outputs).toEqual((JSON.parse(file('result.json', expected).toString()) as TensorResult).outputs)
  }
  const events = await lab.client.call('events.list', { subject: id, limit: 5000 })
  expect(events.filter(({ type }) => type === 'job.progressed').reduce((sum, { data }) => sum + Number(data.done), 0)).toBe(count)
  const { checks } = await lab.client.call('doctor.run', {})
  expect(checks.filter(check => !check.ok)).toEqual([])
  expect(await lab.stop()).toBe(0)
}, 300_000)
