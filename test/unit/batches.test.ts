import type { RecipeRun } from '../../src-main/recipes/recipe'
import type { FromWorker, RunRequest } from '../../src-main/runtime/protocol'
import type { BatchTools } from '../../src-main/runtime/worker/batches'
import { describe, expect, it } from 'vitest'
import { runBatches } from '../../src-main/runtime/worker/batches'
import { createJobControl } from '../../src-main/runtime/worker/jobControl'
import { createTurnGate } from '../../src-main/runtime/worker/turnGate'

function request(count: number, batchSize: number | null = null): RunRequest {
  return {
    type: 'run',
    jobId: 'job_1',
    epoch: 3,
    recipe: 'tensor',
    files: {},
    params: {},
    batchSize,
    items: Array.from({ length: count }, (_, index) => ({ index, path: null })),
    carry: null,
    resultsDir: '/results',
    backends: ['cpu'],
    memoryMiB: 1000,
    optimisedDir: null,
    hold: false,
    serving: null,
  }
}

function setting(compute: RecipeRun['compute'], write: BatchTools['writer']['write'] = async () => 0) {
  const control = createJobControl(3)
  const said: FromWorker[] = []
  const tools: BatchTools = {
    control,
    gate: createTurnGate(),
    writer: { write },
    sessions: { report: () => null } as unknown as BatchTools['sessions'],
    say: message => void said.push(message),
    onBegin: () => {},
  }
  const run: RecipeRun = { batchSize: 2, read: async ({ index }) => index, compute }
  const reported = () => said.flatMap(message => message.type === 'batch' ? message.outcomes.map(({ index }) => index) : [])
  return { control, tools, run, reported }
}

describe('a job that is worked through', () => {
  it('reports every input once and in order, also while the disk is behind', async () => {
    const { tools, run, reported } = setting(async index => ({ result: index }), () => new Promise(resolve => void setImmediate(resolve, 0)))
    expect(await runBatches(request(9), run, { from: 3, carry: null }, tools)).toBeNull()
    expect(reported()).toEqual([3, 4, 5, 6, 7, 8])
  })

  it('keeps the input that it came with in the middle, where it has to leave before it could begin', async () => {
    const { control, tools, run, reported } = setting(async () => ({ result: 1 }))
    const carry = { index: 4, state: Uint8Array.of(1, 2) }
    control.yield()
    expect(await runBatches(request(9), run, { from: 4, carry }, tools)).toMatchObject({ carry })
    expect(reported()).toEqual([])
  })

  it('leaves a long input in its middle, and gives its state to whoever goes on', async () => {
    const { control, tools, run, reported } = setting(async (index, { carry, shouldPause }) => {
      if (index === 2)
        control.yield()
      return shouldPause() ? { paused: Uint8Array.of(7) } : { result: carry }
    })
    expect(await runBatches(request(5), run, { from: 0, carry: null }, tools)).toMatchObject({ carry: { index: 2, state: Uint8Array.of(7) } })
    expect(reported()).toEqual([0, 1])
  })

  it('has told of every input before it computes the next alone, so that none is blamed for another', async () => {
    const told: number[][] = []
    const { tools, run, reported } = setting(async (index) => {
      told.push(reported())
      return { result: index }
    })
    await runBatches(request(3, 1), run, { from: 0, carry: null }, tools)
    expect(told).toEqual([[], [0], [0, 1]])
  })

  it('fails as a whole where results cannot be kept, and one input alone where only that cannot be computed', async () => {
    const full = setting(async () => ({ result: 1 }), () => Promise.reject(new Error('the disk is full')))
    await expect(runBatches(request(9), full.run, { from: 0, carry: null }, full.tools)).rejects.toThrow('disk is full')
    const one = setting(async (index) => {
      if (index === 1)
        throw new Error('this one')
      return { result: index }
    })
    expect(await runBatches(request(3), one.run, { from: 0, carry: null }, one.tools)).toBeNull()
    expect(one.reported()).toEqual([0, 1, 2])
  })
})
