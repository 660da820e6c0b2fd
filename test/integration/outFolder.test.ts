import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { addModel } from '../helpers/onnx'
import { serve, until } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

it('copies results where it was asked to, or says why not and where they are', async () => {
  const folder = tempDir()
  const model = join(folder, 'add.onnx')
  writeFileSync(model, addModel())
  const lab = await serve(join(folder, 'state'))
  const run = async (outDir: string) => {
    const { id } = await lab.client.call('jobs.submit', { recipe: 'tensor', model, inputs: [], synthetic: 2, outDir })
    await until('the job has ended', async () => !['queued', 'running'].includes((await lab.client.call('jobs.get', { id })).state))
    return lab.client.call('jobs.get', { id })
  }

  const out = join(folder, 'out')
  const copied = await run(out)
  expect(copied).toMatchObject({ state: 'done', items: [{ output: join(out, 'input-0', 'result.json') }, { output: join(out, 'input-1', 'result.json') }] })
  expect(readdirSync(join(out, 'input-1')).sort()).toEqual(['result.json', 'y.npy'])
  expect(JSON.parse(readFileSync(join(out, 'input-1', 'result.json'), 'utf8'))).toMatchObject({ outputs: [{ name: 'y', shape: [4], file: 'y.npy' }] })

  writeFileSync(join(folder, 'file'), '')
  const refused = await run(join(folder, 'file', 'below'))
  expect(refused).toMatchObject({ state: 'failed', counts: { done: 2 }, error: { message: expect.stringContaining('The results are kept in the lab, but could not be copied to') } })
  expect(refused.items.map(({ output }) => output)).toEqual([null, null])
  expect(refused.error?.message).toContain(`tranche results ${refused.id} --out DIR`)
  const elsewhere = join(folder, 'elsewhere')
  expect(await lab.client.call('jobs.export', { id: refused.id, outDir: elsewhere })).toEqual({ id: refused.id, outDir: elsewhere, results: 2 })
  for (const name of ['input-0', 'input-1'])
    expect(readFileSync(join(elsewhere, name, 'y.npy'))).toEqual(readFileSync(join(out, name, 'y.npy')))
  await expect(lab.client.call('jobs.export', { id: refused.id, outDir: 'elsewhere' })).rejects.toMatchObject({ code: 'invalid_input' })
  await lab.stop()
})
