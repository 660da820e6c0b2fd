import { join } from 'node:path'
import { expect, it } from 'vitest'
import { restore } from '../../src-main/keeping/restore'
import { cutPictures } from '../helpers/pictures'
import { serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

it('backs up a lab in the middle of its jobs, which go on where the copy has them', async () => {
  const folder = tempDir()
  const stateDir = join(folder, 'state')
  const pictures = await cutPictures(join(folder, 'pictures'), 12)
  const lab = await serve(stateDir)
  const first = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: pictures })
  const second = await lab.client.call('jobs.submit', { recipe: 'ocr', inputs: pictures.slice(0, 2) })
  await until('some results are there', async () => (await lab.client.call('jobs.get', { id: first.id })).counts.done > 0)
  const file = join(folder, 'lab.tranche')
  expect(await lab.client.call('lab.backup', { file })).toMatchObject({ jobs: 2, missing: [] })
  await lab.kill()
  const restored = join(folder, 'restored')
  await restore(file, restored, Date.now())
  const again = await serve(restored)
  for (const { id } of [first, second]) {
    await until(`${id} is done`, async () => (await again.client.call('jobs.get', { id })).state === 'done', 60_000)
    const job = await again.client.call('jobs.get', { id })
    expect(job.counts.done).toBe(job.counts.total)
    for (const { index } of job.items)
      expect(await again.client.call('jobs.result', { id, index })).toHaveProperty('lines')
  }
  const { checks } = await again.client.call('doctor.run', {})
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  expect(await again.stop()).toBe(0)
})
