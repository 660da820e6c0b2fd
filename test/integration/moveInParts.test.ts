import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { settle, wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

/** Moves step by step, with the test in the workers' place. */
let lab: ReturnType<typeof wireLab>
let stateDir: string

beforeEach(() => {
  stateDir = tempDir()
  lab = wireLab(prepareStateDir(stateDir))
  lab.devices.add({ model: 'A100-80GB', count: 1, mode: 'mig', layout: [{ profile: '3g.40gb' }, { profile: '3g.40gb' }] })
})

afterEach(async () => {
  await settle()
  lab.leases.close()
  lab.dispatcher.close()
  lab.store.close()
})

async function running(): Promise<{ id: string, source: string, target: string }> {
  const { id } = await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 3, profile: '3g.40gb' })
  await settle()
  const [[source]] = [...lab.running]
  const target = lab.capacity().slices.find(({ id: slice, profile }) => profile === '3g.40gb' && slice !== source)
  return { id, source, target: target?.id ?? '' }
}

const epochOn = (sliceId: string) => lab.running.get(sliceId)?.request.epoch ?? 0

it('suspends a job that was asked to leave off while it was being handed over', async () => {
  const { id, source, target } = await running()
  const moved = lab.moves.move({ id, slice: target }).catch(() => {})
  lab.reports.onJobMessage(target, { type: 'prepared', jobId: id, epoch: epochOn(target), warmMs: 1 })
  const suspended = lab.jobs.suspend(id)
  lab.reports.onJobMessage(source, { type: 'yielded', jobId: id, epoch: epochOn(source), carry: { index: 0, state: Uint8Array.of(9) }, atMs: 1 })
  expect(lab.store.leases.liveOf(id)?.sliceIds).toEqual([target])
  expect(lab.running.get(target)).toMatchObject({ isBegun: true, isYielding: true })
  lab.reports.onJobMessage(target, { type: 'yielded', jobId: id, epoch: epochOn(target), carry: { index: 0, state: Uint8Array.of(9) }, atMs: 2 })
  expect((await suspended).state).toBe('suspended')
  expect(lab.store.carries.get(id)).toMatchObject({ idx: 0 })
  await moved
})

it('holds nothing for a move whose worker could not be started', async () => {
  const { id, target } = await running()
  // Where the results of the job should lie there is a file now.
  rmSync(join(stateDir, 'jobs', id), { recursive: true })
  writeFileSync(join(stateDir, 'jobs', id), '')
  await expect(lab.moves.move({ id, slice: target })).rejects.toHaveProperty('name', 'TrancheError')
  expect(lab.store.leases.incomingOf(id)).toBeUndefined()
  expect(lab.jobs.get(id)).toMatchObject({ state: 'running', moving: null })
  rmSync(join(stateDir, 'jobs', id))
})

it('takes a change of layout back where a cancelled job still has its slice, and says to try again', async () => {
  const { id, source } = await running()
  const device = lab.store.slices.get(source)?.deviceId ?? ''
  const before = lab.devices.describe(device).slices.map(({ profile, start }) => ({ profile, start }))
  lab.jobs.cancel(id)
  await expect(lab.layouts.apply({ device, layout: [], moveJobs: true })).rejects.toMatchObject({ code: 'in_use', message: expect.stringContaining('Apply again') })
  const after = lab.devices.describe(device)
  expect(after.slices.map(({ profile, start }) => ({ profile, start }))).toEqual(expect.arrayContaining(before))
  expect(after.unfinishedChange).toBeNull()
  lab.reports.onJobMessage(source, { type: 'finished', jobId: id, epoch: epochOn(source) })
  await settle()
  expect((await lab.layouts.apply({ device, layout: [], moveJobs: true })).device.slices).toEqual([])
})
