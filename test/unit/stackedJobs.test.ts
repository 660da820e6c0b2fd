import type { RecipeOutput, RecipeRun } from '../../src-main/recipes/recipe'
import type { TensorResult } from '../../src-main/recipes/tensor'
import type { TensorValue } from '../../src-main/recipes/tensor/dtypes'
import type { Feeds } from '../../src-main/recipes/tensor/runtimeTensor'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, it, vi } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { tensor } from '../../src-main/recipes/tensor'
import { parseNpy, writeNpy } from '../../src-main/recipes/tensor/npy'
import { lookUp, nonZero, perceptron, runningSum, smallConvolution } from '../helpers/batchModels'
import { addModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

type Computed = RecipeOutput | { readonly failed: unknown }

/** Opens a model as a worker does, counting what it is asked to run. */
async function open(model: Uint8Array, params: Record<string, unknown>, memoryMiB = 16_384) {
  const path = join(tempDir(), 'model.onnx')
  writeFileSync(path, model)
  const logged: string[] = []
  let runs = () => 0
  const run = await tensor.open({
    files: { model: path },
    params,
    threads: 1,
    memoryMiB,
    session: async (file) => {
      const session = await InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 })
      const asked = vi.spyOn(session, 'run')
      runs = () => asked.mock.calls.length
      return session
    },
    log: text => void logged.push(text),
  })
  return { run, logged, runs: () => runs() }
}

const made = (run: RecipeRun<Feeds>, count: number) => Promise.all(Array.from({ length: count }, (_, index) => run.read({ path: null, index })))
const resultOf = (computed: Computed) => 'failed' in computed ? undefined : computed.result as TensorResult
const numbersOf = (computed: Computed) => 'failed' in computed ? [] : (computed.files ?? []).flatMap(({ bytes, name }) => [...parseNpy(bytes, name).data].map(Number))

function expectClose(given: readonly number[], wanted: readonly number[]): void {
  expect(given).toHaveLength(wanted.length)
  for (const [at, value] of given.entries())
    expect(Math.abs(value - wanted[at])).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(wanted[at])))
}

describe('inputs of a job that run together', () => {
  it.each([['a perceptron', perceptron()], ['a convolution', smallConvolution()]])('give what they give alone: %s', async (_name, model) => {
    const alone = await open(model, { seed: 5 })
    const together = await open(model, { seed: 5, batch: 4 })
    expect(alone.run.computeTogether).toBeUndefined()
    const inputs = await made(together.run, 10)
    expect(inputs).toEqual(await made(alone.run, 10))
    const outputs = await together.run.computeTogether?.(inputs) ?? []
    expect(outputs.map(output => resultOf(output)?.batch)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 2, 2])
    for (const [place, given] of inputs.entries()) {
      const single = await alone.run.compute(given, { carry: null, shouldPause: () => false, progress: () => {} })
      expectClose(numbersOf(outputs[place]), 'paused' in single ? [] : numbersOf(single))
      expect(resultOf(outputs[place])?.outputs[0]).toMatchObject({ name: 'y', shape: [1, 10], file: 'y.npy' })
    }
    // Three groups, and the first of them checked by two runs alone.
    expect(together.runs()).toBe(5)
  })

  it('keep other shapes apart', async () => {
    const { run, runs } = await open(smallConvolution(28), { batch: 8 })
    const folder = tempDir()
    const file = (name: string, rows: number) => {
      const path = join(folder, name)
      writeFileSync(path, writeNpy({ dtype: 'float32', shape: [rows, 1, 28, 28], data: new Float32Array(rows * 784).fill(rows) }))
      return path
    }
    const inputs = await Promise.all([file('a.npy', 1), file('b.npy', 3), file('c.npy', 1)].map((path, index) => run.read({ path, index })))
    const outputs = await run.computeTogether?.(inputs) ?? []
    expect(outputs.map(output => resultOf(output)?.outputs[0]?.shape)).toEqual([[1, 10], [3, 10], [1, 10]])
    expect(runs()).toBe(3)
  })

  it('fail alone: the others of the group have their results', async () => {
    const { run } = await open(lookUp(), { batch: 4 })
    const index = (...values: number[]): Feeds => new Map<string, TensorValue>([['x', { dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }]])
    const outputs = await run.computeTogether?.([index(1), index(99), index(2, 3)]) ?? []
    expect(numbersOf(outputs[0])).toEqual([10, 11])
    expect(outputs[1]).toMatchObject({ failed: expect.objectContaining({ code: 'bad_model' }) as TrancheError })
    expect(numbersOf(outputs[2])).toEqual([20, 21, 30, 31])
  })

  it('run one by one, and say why, where results depend on the neighbours', async () => {
    const { run, logged } = await open(runningSum(), { batch: 4, dims: { batch: 2 } })
    const row = (value: number): Feeds => new Map<string, TensorValue>([['x', { dtype: 'float32', shape: [1, 3], data: new Float32Array(3).fill(value) }]])
    const outputs = await run.computeTogether?.([row(1), row(2), row(3)]) ?? []
    expect(outputs.map(numbersOf)).toEqual([[1, 1, 1], [2, 2, 2], [3, 3, 3]])
    expect(logged).toEqual([expect.stringMatching(/run one by one: together they give other results than alone/)])
  })

  it('run one by one where the outputs cannot be told apart, or the first dimension is fixed', async () => {
    const odd = await open(nonZero(), { batch: 4 })
    const row = (value: number): Feeds => new Map<string, TensorValue>([['x', { dtype: 'float32', shape: [1], data: Float32Array.of(value) }]])
    const outputs = await odd.run.computeTogether?.([row(0), row(2), row(0)]) ?? []
    expect(outputs.map(output => resultOf(output)?.outputs[0]?.shape)).toEqual([[0, 1], [1, 1], [0, 1]])
    expect(odd.logged).toEqual([expect.stringMatching(/does not have one row for each/)])
    const fixed = await open(addModel(), { batch: 4 })
    expect(fixed.run.computeTogether).toBeUndefined()
    expect(fixed.logged).toEqual([expect.stringMatching(/first dimension of its input "x" is always 4/)])
  })
})

describe('the largest batch that fits', () => {
  it('is found by trial within the slice, told in the log and in each result', async () => {
    const { run, logged } = await open(perceptron(), { batch: 'max' })
    expect(run.batchSize).toBe(1024)
    const outputs = await run.computeTogether?.(await made(run, 3)) ?? []
    expect(outputs.map(output => resultOf(output))).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ batch: 3, largestBatch: 1024 }) as TensorResult))
    expect(logged).toEqual([expect.stringMatching(/^The largest batch is 1024: /)])
  })

  it('is a single input where the slice holds no more', async () => {
    const { run, logged } = await open(smallConvolution(), { batch: 'max' }, 60)
    const outputs = await run.computeTogether?.(await made(run, 2)) ?? []
    expect(outputs.map(output => resultOf(output)?.batch)).toEqual([1, 1])
    expect(logged[0]).toMatch(/^The largest batch is 1: more would not fit into the slice/)
  })

  it('refuses settings that are no batch', async () => {
    for (const batch of [0, 1.5, 'most', 5000])
      await expect(open(perceptron(), { batch })).rejects.toThrow(TrancheError)
  })
})
