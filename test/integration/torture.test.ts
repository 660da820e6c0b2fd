import type { Job } from '../../src-main/contract/model'
import type { Served } from '../helpers/serve'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { greedyModel } from '../helpers/greedyModel'
import { identityModel, loopModel } from '../helpers/onnx'
import { isAlive, seededRandom, serve, until } from '../helpers/serve'
import { repeatSound } from '../helpers/sound'
import { tempDir } from '../helpers/tempDir'

const rounds = Number(process.env.TRANCHE_TORTURE ?? 40)
const sample = join(import.meta.dirname, '../../resources/samples/speech.wav')

type Submission = Parameters<Served['client']['call']>[1]

const get = (lab: Served, id: string): Promise<Job> => lab.client.call('jobs.get', { id })
const isEnded = ({ state }: Pick<Job, 'state'>) => state === 'done' || state === 'failed' || state === 'cancelled'

/** What a job found out, without the times that it took. */
async function findings(lab: Served, id: string): Promise<unknown[]> {
  const { items } = await get(lab, id)
  return Promise.all(items.map(async ({ index }) => {
    const { runMs: _runMs, ...result } = await lab.client.call('jobs.result', { id, index }) as Record<string, unknown>
    return result
  }))
}

async function done(lab: Served, id: string): Promise<Job> {
  await until(`job ${id} ends`, async () => isEnded(await get(lab, id)), 240_000)
  return get(lab, id)
}

it(`brings every honest job to its undisturbed results through ${rounds} rounds of kills, moves, suspends, breaches and hostile models`, async () => {
  const seed = Number(process.env.TRANCHE_SEED ?? Date.now() % 1e6)
  console.log(`seed ${seed}: TRANCHE_SEED=${seed} repeats it`)
  const random = seededRandom(seed)
  const pick = <T>(of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)]
  const folder = tempDir()
  const stateDir = join(folder, 'state')
  const file = (name: string, bytes: Uint8Array | string) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }
  const long = join(folder, 'long.wav')
  repeatSound(sample, long, 6)
  const honestKinds: readonly Submission[] = [
    { recipe: 'vad', inputs: [long, sample, long] },
    { recipe: 'tensor', model: file('honest.onnx', identityModel(1, ['n', 64])), inputs: [], synthetic: 120, params: { seed: 7 } },
  ]
  const endless = file('endless.onnx', loopModel(2n ** 62n))
  const greedy = file('greedy.onnx', greedyModel(null))
  const much = file('much.json', JSON.stringify({ x: [1], n: [3 * 1024 * 262_144] }))
  const hostileKinds: readonly Submission[] = [
    { recipe: 'tensor', model: endless, inputs: [], timeLimitMs: 700 },
    { recipe: 'tensor', model: greedy, inputs: [much] },
    { recipe: 'tensor', model: file('garbage.onnx', 'this is no model'), inputs: [] },
  ]

  let lab = await serve(stateDir)
  const [{ id: device }] = await lab.client.call('lab.add', { model: 'A100-40GB', mode: 'mig', layout: [{ profile: '2g.10gb' }, { profile: '2g.10gb' }, { profile: '2g.10gb' }] })
  // Turns for the hostile ones: with a seventh of the compute it would take them long to do harm.
  const [{ id: hostileDevice }] = await lab.client.call('lab.add', { model: 'A100-40GB', mode: 'vgpu', layout: [{ profile: 'A100-4C' }, { profile: 'A100-4C' }] })
  const submit = async (kind: Submission, profile: string, on = device) => (await lab.client.call('jobs.submit', { ...kind as Parameters<typeof lab.client.call<'jobs.submit'>>[1], device: on, profile })).id
  const undisturbed = new Map<Submission, unknown[]>()
  for (const kind of honestKinds) {
    const { id } = await done(lab, await submit(kind, '2g.10gb'))
    undisturbed.set(kind, await findings(lab, id))
  }

  const honest = new Map<string, Submission>()
  const hostile = new Set<string>()
  const suspended = new Set<string>()
  const happened: Record<string, number> = {}
  const note = (what: string) => void (happened[what] = (happened[what] ?? 0) + 1)

  async function checkEnded(): Promise<void> {
    for (const [id, kind] of honest) {
      const job = await get(lab, id)
      if (!isEnded(job))
        continue
      expect(job).toMatchObject({ state: 'done', error: null })
      expect(await findings(lab, id)).toEqual(undisturbed.get(kind))
      honest.delete(id)
      note('honest jobs done')
    }
  }

  for (let round = 0; round < rounds; round++) {
    while (honest.size < 3) {
      const kind = pick(honestKinds) as Submission
      honest.set(await submit(kind, '2g.10gb'), kind)
    }
    await sleep(random() * 250)
    const victim = pick([...honest.keys()]) as string
    const what = pick(['kill', 'kill', 'move', 'move', 'move', 'suspend', 'hostile', 'hostile', 'stop', 'lab'] as const)
    const use = await lab.client.call('devices.use', {})
    switch (what) {
      case 'kill': {
        const worker = pick(use.filter(({ pid }) => isAlive(pid)))
        if (worker)
          process.kill(worker.pid, 'SIGKILL')
        break
      }
      case 'move':
        void lab.client.call('jobs.move', { id: victim }).then(() => note('moves done'), () => note('moves refused'))
        break
      case 'suspend':
        if (suspended.delete(victim))
          await lab.client.call('jobs.resume', { id: victim }).catch(() => {})
        else
          void lab.client.call('jobs.suspend', { id: victim }).then(() => suspended.add(victim), () => {})
        break
      case 'hostile':
        hostile.add(await submit(pick(hostileKinds) as Submission, 'A100-4C', hostileDevice))
        break
      case 'stop': {
        // A stopped process answers nothing, until the keeper or somebody else lets it go on.
        const worker = pick(use.filter(({ pid }) => isAlive(pid)))
        if (worker)
          process.kill(worker.pid, 'SIGSTOP')
        setTimeout(() => worker && isAlive(worker.pid) && process.kill(worker.pid, 'SIGCONT'), 100)
        break
      }
      case 'lab': {
        await lab.kill()
        await until('no worker outlives its lab', () => !use.some(({ pid }) => isAlive(pid)), 10_000)
        lab = await serve(stateDir)
        break
      }
    }
    note(String(what))
    await checkEnded()
    if (round % 10 === 9)
      expect((await lab.client.call('doctor.run', {})).checks.filter(({ ok }) => !ok)).toEqual([])
  }

  for (const id of honest.keys()) {
    if ((await get(lab, id)).state === 'suspended')
      await lab.client.call('jobs.resume', { id }).catch(() => {})
    await done(lab, id)
  }
  await checkEnded()
  expect(honest.size).toBe(0)
  for (const id of hostile)
    expect(await done(lab, id)).toMatchObject({ state: 'failed' })
  console.log(happened)
  expect((await lab.client.call('doctor.run', {})).checks.filter(({ ok }) => !ok)).toEqual([])
  await lab.stop()
}, 60 * 60_000)
