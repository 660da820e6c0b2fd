import type { CallInput } from '../../src-main/contract/calls'
import type { Job } from '../../src-main/contract/model'
import { Buffer } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeNpy } from '../../src-main/recipes/tensor/npy'
import { perceptron } from '../helpers/batchModels'
import { run } from '../helpers/runCli'
import { tempDir } from '../helpers/tempDir'

const base64 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64')

/** A lab whose served job answers with what `outputs` says. */
function world() {
  const folder = tempDir()
  const asked: CallInput<'jobs.infer'>[] = []
  const model = join(folder, 'model.onnx')
  writeFileSync(model, perceptron(4, 8))
  writeFileSync(join(folder, 'x.npy'), writeNpy({ dtype: 'float32', shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }))
  return {
    asked,
    cli: (args: readonly string[], served = model) => run(['infer', 'job_1', ...args], {
      cwd: folder,
      handlers: {
        'jobs.get': () => ({ id: 'job_1', model: served }) as Job,
        'jobs.infer': (input) => {
          asked.push(input)
          return { outputs: [{ name: 'y', dtype: 'float32', shape: [1, 3], data: base64(0.25, 0.5, 0.75) }], latencyMs: 3.14, batch: 2 }
        },
      },
    }),
  }
}

describe('asking a served model from the command line', () => {
  it('sends a file\'s tensor and shows what came back', async () => {
    const { cli, asked } = world()
    const { status, stdout } = await cli(['--input', 'x=x.npy'])
    expect([status, stdout]).toEqual([0, 'y  float32[1, 3]  0.25 to 0.75, mean 0.5  0.25 0.5 0.75\nanswered in 3.1 ms, together with 1 other\n'])
    expect(asked).toEqual([{ id: 'job_1', inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4], data: base64(1, 2, 3, 4) }] }])
  })

  it('answers with JSON as the lab does', async () => {
    const { cli } = world()
    const { stdout } = await cli(['--input', 'x=x.npy', '--json'])
    expect(JSON.parse(stdout)).toEqual({ outputs: [{ name: 'y', dtype: 'float32', shape: [1, 3], data: base64(0.25, 0.5, 0.75) }], latencyMs: 3.14, batch: 2 })
  })

  it('makes inputs up of the sizes that are asked for', async () => {
    const { cli, asked } = world()
    expect((await cli(['--synthetic', '--dim', 'batch=3', '--seed', '7'])).status).toBe(0)
    expect(asked[0].inputs).toMatchObject([{ name: 'x', dtype: 'float32', shape: [3, 4] }])
    expect((await cli(['--synthetic'], 'ppocr-v4')).stderr).toMatch(/needs a model that is a file; job job_1 serves ppocr-v4/)
  })

  it.each([
    [[], /--input NAME=FILE, or let them be made up/],
    [['--input', 'x=x.npy', '--synthetic'], /--input NAME=FILE, or let them be made up/],
    [['--input', 'x.npy'], /"x.npy" is not that/],
    [['--input', 'x=none.npy'], /There is no file .*none\.npy/],
    [['--input', 'x=model.onnx'], /no tensor file/],
    [['--input', 'x=x.npy', '--dim', 'n=2'], /go with --synthetic/],
  ])('says what is wrong with %j', async (args, words) => {
    const { cli, asked } = world()
    const { status, stderr } = await cli(args)
    expect([status, stderr]).toEqual([2, expect.stringMatching(words)])
    expect(asked).toEqual([])
  })
})
