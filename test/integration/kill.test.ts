import type { Served } from '../helpers/serve'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { crashLimit } from '../../src-main/scheduler/jobState'
import { isTrimmed } from '../helpers/packs'
import { cutPictures } from '../helpers/pictures'
import { isAlive, seededRandom, serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

const pictureCount = 40
const kills = Number(process.env.TRANCHE_KILLS ?? 50)
const killsPerJob = 10

async function results(lab: Served, id: string): Promise<unknown[]> {
  const { items } = await lab.client.call('jobs.get', { id })
  return Promise.all(items.map(({ index }) => lab.client.call('jobs.result', { id, index })))
}

const isEnded = async (lab: Served, id: string) => !['queued', 'running'].includes((await lab.client.call('jobs.get', { id })).state)

/** Deaths of its worker since the job last had a result: one more than two, and the job itself is taken for the cause. */
async function crashesInARow(lab: Served, id: string): Promise<number> {
  const events = await lab.client.call('events.list', { subject: id, limit: 5000 })
  const last = events.findLastIndex(({ type }) => type === 'job.progressed')
  return events.slice(last + 1).filter(({ type, data }) => type === 'job.requeued' && data.why === 'worker-crashed').length
}

async function submit(lab: Served, inputs: readonly string[]): Promise<string> {
  return (await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: [...inputs], profile: '3g.40gb' })).id
}

describe('a job of 40 pictures', () => {
  it(`has exactly one result for every picture after kill -9 of worker, lab or both at ${kills} random moments`, async () => {
    const seed = Number(process.env.TRANCHE_SEED ?? Date.now() % 1e6)
    console.log(`seed ${seed}: TRANCHE_SEED=${seed} repeats it`)
    const random = seededRandom(seed)
    const folder = tempDir()
    const stateDir = join(folder, 'state')
    const pictures = await cutPictures(join(folder, 'pictures'), pictureCount)

    let lab = await serve(stateDir)
    const startedAt = Date.now()
    const undisturbedId = await submit(lab, pictures)
    await until('the undisturbed job is done', () => isEnded(lab, undisturbedId), 120_000)
    const undisturbedMs = Date.now() - startedAt
    const undisturbed = await results(lab, undisturbedId)
    expect(JSON.stringify(undisturbed)).toContain('text')

    const hit = { worker: 0, lab: 0, both: 0 }
    while (hit.worker + hit.lab + hit.both < kills) {
      const id = await submit(lab, pictures)
      for (let round = 0; round < killsPerJob && hit.worker + hit.lab + hit.both < kills; round++) {
        await sleep(random() * undisturbedMs * 0.4)
        if (await isEnded(lab, id))
          break
        const pids = (await lab.client.call('devices.use', {})).map(({ pid }) => pid)
        const drawn = (['worker', 'lab', 'both'] as const)[Math.floor(random() * 3)]
        const victim = await crashesInARow(lab, id) + 1 < crashLimit ? drawn : 'lab'
        if (victim !== 'lab')
          pids.filter(isAlive).forEach(pid => process.kill(pid, 'SIGKILL'))
        if (victim !== 'worker') {
          await lab.kill()
          await until('no worker outlives its lab', () => !pids.some(isAlive), 10_000)
          lab = await serve(stateDir)
        }
        hit[victim]++
      }
      await until('the job is done', () => isEnded(lab, id), 120_000)
      const job = await lab.client.call('jobs.get', { id })
      expect(job).toMatchObject({ state: 'done', counts: { total: pictureCount, done: pictureCount, failed: 0 } })
      expect(await results(lab, id)).toEqual(undisturbed)
      await until('nothing stray is left', () => isTrimmed(stateDir, id), 5000)
      const events = await lab.client.call('events.list', { subject: id, limit: 5000 })
      const progressed = events.filter(({ type }) => type === 'job.progressed').map(({ data }) => Number(data.done))
      expect(progressed.reduce((sum, done) => sum + done, 0)).toBe(pictureCount)
    }
    console.log('killed', hit)
    const { ok, checks } = await lab.client.call('doctor.run', {})
    expect(checks.filter(check => !check.ok)).toEqual([])
    expect(ok).toBe(true)
    expect(await lab.stop()).toBe(0)
  }, 15 * 60_000)
})
