import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cutPictures } from '../helpers/pictures'
import { serve, until } from '../helpers/serve'
import { smallDisk } from '../helpers/smallDisk'
import { tempDir } from '../helpers/tempDir'

it('fails a job on a full disk with the reason, keeps what was done, and goes on once there is space', async ({ skip }) => {
  const folder = tempDir()
  const stateDir = join(folder, 'state')
  const disk = smallDisk(stateDir, 64)
  if (!disk)
    return skip('a small disk needs the right to mount one (root)')
  const pictures = await cutPictures(join(folder, 'pictures'), 12)
  const lab = await serve(stateDir)
  const state = async (id: string) => (await lab.client.call('jobs.get', { id }))
  const ended = (id: string) => until(`${id} has ended`, async () => !['queued', 'running'].includes((await state(id)).state), 60_000)

  const before = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: pictures.slice(0, 2) })
  await ended(before.id)
  expect(await state(before.id)).toMatchObject({ state: 'done' })

  const hurt = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: pictures })
  await until('the first result is there', async () => (await state(hurt.id)).counts.done > 0)
  disk.fill()
  await ended(hurt.id)
  const failed = await state(hurt.id)
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'disk_full', retryable: true, message: expect.stringContaining('Free some space') } })
  expect(failed.counts.done).toBeGreaterThan(0)
  expect(await lab.client.call('jobs.result', { id: hurt.id, index: 0 })).toHaveProperty('lines')
  const { checks } = await lab.client.call('doctor.run', {})
  expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['disk space'])

  disk.free()
  const retried = await lab.client.call('jobs.retry', { id: hurt.id, onlyFailed: true })
  await ended(retried.id)
  expect(await state(retried.id)).toMatchObject({ state: 'done' })
  expect(await state(before.id)).toMatchObject({ state: 'done', counts: { done: 2 } })
  expect((await lab.client.call('doctor.run', {})).ok).toBe(true)
  expect(await lab.stop()).toBe(0)
})

it('refuses a job when not even its row can be written, and says why', async ({ skip }) => {
  const folder = tempDir()
  const stateDir = join(folder, 'state')
  const disk = smallDisk(stateDir, 64)
  if (!disk)
    return skip('a small disk needs the right to mount one (root)')
  const pictures = await cutPictures(join(folder, 'pictures'), 1)
  const lab = await serve(stateDir)
  const inputs = Array.from({ length: 60_000 }, () => pictures[0])
  disk.fill()
  await expect(lab.client.call('jobs.submit', { recipe: 'ocr', inputs })).rejects.toMatchObject({ code: 'disk_full' })
  expect(await lab.client.call('jobs.list', {})).toEqual([])
  disk.free()
  expect(await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: pictures })).toMatchObject({ state: 'queued' })
  expect(await lab.stop()).toBe(0)
})
