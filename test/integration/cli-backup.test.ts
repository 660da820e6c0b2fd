import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cli, cliJson, startCli } from '../helpers/cliProcess'
import { filledLab } from '../helpers/filledLab'
import { tempDir } from '../helpers/tempDir'

it('backs a lab up, restores it and clones it from the command line', async () => {
  const folder = tempDir()
  const state = join(folder, 'state')
  const { store, addJob } = filledLab(state)
  addJob({ id: 'job_done', state: 'done', items: 2, done: 2, endedAtMs: Date.now() })
  store.close()
  const file = join(folder, 'lab.tranche')
  expect((await cliJson('backup', file, '--state', state)).answer).toMatchObject({ file, jobs: 1, missing: [] })
  expect((await cliJson('clone', join(folder, 'clone'), '--jobs', '--state', state)).answer).toEqual({ dir: join(folder, 'clone'), jobs: 1 })
  expect((await cliJson('clone', join(folder, 'bare'), '--state', state)).answer).toEqual({ dir: join(folder, 'bare'), jobs: 0 })
  const { answer } = await cliJson('restore', file, '--state', state)
  expect(answer).toMatchObject({ dir: state, jobs: 1, before: expect.stringContaining('before-restore') })
  expect((await cli('restore', file, '--state', join(folder, 'new'))).stdout).toContain('1 job')
  for (const dir of [state, join(folder, 'clone'), join(folder, 'new')])
    expect((await cliJson('jobs', '--state', dir)).stdout).toContain('job_done')
})

it('does not restore over a lab that someone has open, and names who', async () => {
  const folder = tempDir()
  const state = join(folder, 'state')
  mkdirSync(state)
  const serving = startCli(['serve', '--state', state, '--json'])
  await serving.said(/\S/)
  const file = join(folder, 'lab.tranche')
  expect((await cli('backup', file, '--state', state)).status).toBe(0)
  const refused = await cliJson('restore', file, '--state', state)
  expect(refused.status).toBe(1)
  expect(refused.answer).toMatchObject({ error: { code: 'state_owned', message: expect.stringContaining(`process ${serving.pid} (serve)`) } })
  expect(existsSync(join(state, 'tranche.db'))).toBe(true)
  const wrong = await cli('backup', join(state, 'tranche.db'), '--state', state)
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('not a backup')])
  serving.child.kill('SIGTERM')
  await serving.ended
})
