import type { MockInstance } from 'vitest'
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSessionCache } from '../../src-main/runtime/worker/sessions'
import { modelFiles } from '../helpers/models'
import { addModel, onnxModel } from '../helpers/onnx'
import { feedsOf } from '../helpers/sessionsProbe'
import { tempDir } from '../helpers/tempDir'

const wish = { backends: ['cpu' as const], memoryMiB: 4096, optimisedDir: null }
const mebibyte = 1024 ** 2

/** y = relu(x * w), with 8 MiB of weights. */
function largeModel(seed = 0): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] }, { op: 'Relu', inputs: ['product'], outputs: ['y'] }],
    inputs: [{ name: 'x', shape: ['n', 1024] }],
    outputs: [{ name: 'y', shape: ['n', 2048] }],
    initializers: [{ name: 'w', dims: [1024, 2048], raw: new Uint8Array(Float32Array.from({ length: 1024 * 2048 }, (_, index) => Math.sin(index + seed)).buffer) }],
  })
}

let folder: string
let loads: MockInstance
beforeEach(() => {
  folder = tempDir()
  loads = vi.spyOn(InferenceSession, 'create')
})
afterEach(() => loads.mockRestore())

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const run = async (session: InferenceSession) => session.run(feedsOf(session, { n: 2 }))

describe('a worker\'s sessions', () => {
  it('are loaded once for two who ask at the same time', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const path = written('a.onnx', addModel())
    const [one, other] = await Promise.all([sessions.get(path, wish), sessions.get(path, wish)])
    expect(other).toBe(one)
    expect((await run(one)).y?.dims).toEqual([4])
    expect(loads).toHaveBeenCalledTimes(1)
    await sessions.close()
  })

  it('go least recently used first when memory is wanted', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const [a, b] = [await sessions.get(written('a.onnx', largeModel(1)), wish), await sessions.get(written('b.onnx', largeModel(2)), wish)]
    await run(b)
    await run(a)
    await sessions.trim(sessions.residentMiB() - 1)
    expect(sessions.residentMiB()).toBeGreaterThanOrEqual(8)
    await run(a)
    expect(loads).toHaveBeenCalledTimes(2)
    await run(b)
    expect(loads).toHaveBeenCalledTimes(3)
    await sessions.close()
    expect(sessions.residentMiB()).toBe(0)
  })

  it('make room before the next model of a small slice is loaded, and come back when they are wanted again', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const small = { ...wish, memoryMiB: 12 }
    const a = await sessions.get(written('a.onnx', largeModel(1)), small)
    const before = (await run(a)).y?.data
    const b = await sessions.get(written('b.onnx', largeModel(2)), small)
    await run(b)
    expect((await run(a)).y?.data).toEqual(before)
    expect(loads).toHaveBeenCalledTimes(3)
    await sessions.close()
  })

  it('are not released while a run is under way', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const session = await sessions.get(written('a.onnx', largeModel()), wish)
    const running = run(session)
    await sessions.trim(0)
    expect(sessions.residentMiB()).toBeGreaterThan(0)
    expect((await running).y?.dims).toEqual([2, 2048])
    await sessions.trim(0)
    expect(sessions.residentMiB()).toBe(0)
    expect(loads).toHaveBeenCalledTimes(1)
  })

  it('are loaded anew from a file that changed, and the old one is not mixed up with it', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const path = written('a.onnx', largeModel(1))
    const old = await sessions.get(path, wish)
    const before = (await run(old)).y?.data
    writeFileSync(path, largeModel(2))
    utimesSync(path, new Date(), new Date(statSync(path).mtimeMs + 5000))
    const fresh = await sessions.get(path, wish)
    expect(fresh).not.toBe(old)
    expect((await run(fresh)).y?.data).not.toEqual(before)
    await expect(run(old)).rejects.toMatchObject({ code: 'conflict' })
    await sessions.close()
  })

  it('that could not be loaded are tried again', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const path = written('a.onnx', Uint8Array.of(1, 2, 3))
    await expect(sessions.get(path, wish)).rejects.toMatchObject({ code: 'bad_model' })
    await expect(sessions.get(join(folder, 'none.onnx'), wish)).rejects.toMatchObject({ code: 'bad_model' })
    writeFileSync(path, addModel())
    await expect(sessions.get(path, wish)).resolves.toBeDefined()
    await sessions.close()
  })

  it('that are transient are gone once released', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const path = written('a.onnx', addModel())
    const first = await sessions.transient(path, wish)
    await run(first)
    await first.release()
    expect(sessions.residentMiB()).toBe(0)
    expect(sessions.report()?.nodes).toEqual([{ backend: 'cpu', count: 1, operators: ['Add'] }])
  })
})

describe('the report of a worker\'s sessions', () => {
  it('is about the models of this job, and is told once', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const [add, large] = [written('a.onnx', addModel()), written('b.onnx', largeModel())]
    expect(sessions.report()).toBeNull()
    await run(await sessions.get(add, wish))
    await run(await sessions.get(large, wish))
    expect(sessions.report()).toEqual({ asked: ['cpu'], nodes: [{ backend: 'cpu', count: 3, operators: ['Add', 'MatMul', 'Relu'] }], fallback: null })
    expect(sessions.report()).toBeNull()
    await run(await sessions.get(large, wish))
    expect(sessions.report()?.nodes).toEqual([{ backend: 'cpu', count: 2, operators: ['MatMul', 'Relu'] }])
    await sessions.close()
  })

  it('names nothing as left over where the CPU came first', async () => {
    const sessions = createSessionCache({ threads: 1 })
    await sessions.get(written('a.onnx', addModel()), { ...wish, backends: ['cpu', 'webgpu', 'cpu'] })
    expect(sessions.report()).toEqual({ asked: ['cpu', 'webgpu'], nodes: [{ backend: 'cpu', count: 1, operators: ['Add'] }], fallback: null })
    await sessions.close()
  })
})

describe('a model saved optimised', () => {
  async function output(sessions: ReturnType<typeof createSessionCache>, path: string, optimisedDir: string | null) {
    const session = await sessions.get(path, { ...wish, optimisedDir })
    const values = (await run(session)).y?.data
    await sessions.trim(0)
    return values
  }
  const optimisationOfLoad = (index: number) => (loads.mock.calls[index]?.[1] as InferenceSession.SessionOptions | undefined)?.graphOptimizationLevel

  it('is loaded the next time, without optimising again, and gives the same results to the bit', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const path = written('a.onnx', largeModel())
    const saved = join(folder, 'saved')
    const plain = await output(sessions, path, null)
    expect(await output(sessions, path, saved)).toEqual(plain)
    expect(readdirSync(saved)).toHaveLength(1)
    expect(await output(createSessionCache({ threads: 1 }), path, saved)).toEqual(plain)
    expect([optimisationOfLoad(1), optimisationOfLoad(2)]).toEqual(['all', 'disabled'])
  })

  it('gives the same results to the bit for a convolutional and for a stateful network', async () => {
    const saved = join(folder, 'saved')
    const [{ classifier }, { model: silero }] = [await modelFiles('ppocr-v4'), await modelFiles('silero-vad-v5')]
    const feeds = {
      classifier: (session: InferenceSession) => feedsOf(session, { 'p2o.DynamicDimension.1': 48, 'p2o.DynamicDimension.2': 64 }),
      silero: () => ({
        input: new Tensor('float32', Float32Array.from({ length: 576 }, (_, index) => Math.sin(index / 7)), [1, 576]),
        state: new Tensor('float32', new Float32Array(256), [2, 1, 128]),
        sr: new Tensor('int64', BigInt64Array.of(16000n), []),
      }),
    }
    for (const [path, feed] of [[classifier, feeds.classifier], [silero, feeds.silero]] as const) {
      const results = []
      for (const optimisedDir of [null, saved, saved]) {
        const sessions = createSessionCache({ threads: 1 })
        const session = await sessions.get(path, { ...wish, optimisedDir })
        results.push(Object.values(await session.run(feed(session))).map(tensor => tensor.data))
        await sessions.close()
      }
      expect(results[1]).toEqual(results[0])
      expect(results[2]).toEqual(results[0])
    }
    expect(readdirSync(saved)).toHaveLength(2)
  })

  it.each([
    ['cut short', (path: string) => truncateSync(path, 4 * mebibyte)],
    ['of other bytes', (path: string) => writeFileSync(path, readFileSync(path).fill(7, mebibyte, mebibyte + 8))],
    ['longer', (path: string) => appendFileSync(path, 'x')],
  ])('that is damaged (%s) is made again', async (_, damage) => {
    const sessions = createSessionCache({ threads: 1 })
    const path = written('a.onnx', largeModel())
    const saved = join(folder, 'saved')
    const before = await output(sessions, path, saved)
    const [name] = readdirSync(saved)
    const whole = readFileSync(join(saved, name))
    damage(join(saved, name))
    expect(await output(sessions, path, saved)).toEqual(before)
    expect(readdirSync(saved)).toEqual([name])
    expect(readFileSync(join(saved, name)).equals(whole)).toBe(true)
  })

  it('is not the one of another file, level or order', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const saved = join(folder, 'saved')
    const path = written('a.onnx', largeModel(1))
    await output(sessions, path, saved)
    await output(sessions, written('b.onnx', largeModel(2)), saved)
    await sessions.get(path, { ...wish, optimisedDir: saved, optimisation: 'extended' })
    expect(readdirSync(saved)).toHaveLength(3)
    await sessions.close()
  })

  it('is not made of a model too small to gain by it, nor of one that keeps its weights elsewhere', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const saved = join(folder, 'saved')
    await sessions.get(written('a.onnx', addModel()), { ...wish, optimisedDir: saved })
    const bytes = mebibyte
    writeFileSync(join(folder, 'w.bin'), new Uint8Array(bytes))
    const outside = written('b.onnx', onnxModel({
      nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['sum'] }, { op: 'Add', inputs: ['sum', 'v'], outputs: ['y'] }],
      inputs: [{ name: 'x', shape: [bytes / 4] }],
      outputs: [{ name: 'y', shape: [bytes / 4] }],
      initializers: [
        { name: 'w', dims: [bytes / 4], external: { location: 'w.bin', offset: '0', length: String(bytes) } },
        { name: 'v', dims: [bytes / 4], raw: new Uint8Array(bytes) },
      ],
    }))
    await run(await sessions.get(outside, { ...wish, optimisedDir: saved }))
    expect(() => readdirSync(saved)).toThrow('ENOENT')
    await sessions.close()
  })

  it('does not stop a job where it cannot be written', async () => {
    const sessions = createSessionCache({ threads: 1 })
    const inTheWay = written('file', new Uint8Array(1))
    const session = await sessions.get(written('a.onnx', largeModel()), { ...wish, optimisedDir: inTheWay })
    expect((await run(session)).y?.dims).toEqual([2, 2048])
    await sessions.close()
  })
})
