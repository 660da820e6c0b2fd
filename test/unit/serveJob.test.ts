import type { Serving } from '../../src-main/contract/model'
import type { FromWorker, PlainTensor, RunRequest } from '../../src-main/runtime/protocol'
import type { JobTools } from '../../src-main/runtime/worker/jobTools'
import { Buffer } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createJobControl } from '../../src-main/runtime/worker/jobControl'
import { serveJob } from '../../src-main/runtime/worker/serve'
import { createTurnGate } from '../../src-main/runtime/worker/turnGate'
import { lookUp, perceptron } from '../helpers/batchModels'
import { identityModel } from '../helpers/onnx'
import { tempDir } from '../helpers/tempDir'

type Answers = Extract<FromWorker, { type: 'answers' }>

/** A served job in this process, with a model of real ONNX Runtime. */
function serve(model: Uint8Array, { serving = { maxBatch: 8, maxDelayMs: 5 }, hold = false, recipe = 'tensor' as RunRequest['recipe'] }: { serving?: Serving, hold?: boolean, recipe?: RunRequest['recipe'] } = {}) {
  const path = join(tempDir(), 'model.onnx')
  writeFileSync(path, model)
  const said: FromWorker[] = []
  let hear = () => {}
  const control = createJobControl(7)
  const tools: JobTools = {
    threads: 1,
    control,
    writer: { write: () => Promise.reject(new Error('a served model writes nothing')) },
    gate: createTurnGate(),
    say: (message) => {
      said.push(message)
      hear()
    },
    sessions: { get: (file: string) => InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 4 }), report: () => null } as unknown as JobTools['sessions'],
  }
  const request: RunRequest = { type: 'run', jobId: 'job_a', epoch: 7, recipe, files: { model: path }, params: {}, batchSize: null, items: [], carry: null, resultsDir: tempDir(), backends: ['cpu'], memoryMiB: 8192, optimisedDir: null, hold, serving }
  const served = serveJob(request, serving, tools)
  const until = (condition: () => boolean) => new Promise<void>((resolve) => {
    hear = () => condition() && resolve()
    hear()
  })
  const kinds = () => said.map(({ type }) => type)
  return {
    control,
    served,
    said,
    kinds,
    heard: (type: FromWorker['type']) => until(() => kinds().includes(type)),
    answers: async (count: number) => {
      const given = () => said.filter((message): message is Answers => message.type === 'answers').flatMap(({ answers }) => answers)
      await until(() => given().length >= count)
      return new Map(given().map(({ request, answer }) => [request, answer]))
    },
  }
}

const floats = (name: string, shape: number[], ...values: number[]): PlainTensor => ({ name, dtype: 'float32', shape, data: new Uint8Array(Float32Array.from(values).buffer) })
const ints = (...values: number[]): PlainTensor => ({ name: 'x', dtype: 'int64', shape: [values.length], data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) })
const numbers = (tensor: PlainTensor | undefined) => tensor && [...new Float32Array(new Uint8Array(tensor.data).buffer)]

describe('a served model', () => {
  it('answers what came at the same time as one, each with its own', async () => {
    const { served, answers, heard, said } = serve(lookUp(), { serving: { maxBatch: 3, maxDelayMs: 1000 } })
    await heard('loaded')
    served.infer(1, [ints(1)])
    served.infer(2, [ints(3, 0)])
    served.infer(3, [ints(2)])
    const given = await answers(3)
    expect([...given.values()].map(answer => answer.ok && [answer.batch, answer.outputs[0].shape, numbers(answer.outputs[0])])).toEqual([
      [3, [1, 2], [10, 11]],
      [3, [2, 2], [30, 31, 0, 1]],
      [3, [1, 2], [20, 21]],
    ])
    // One message for all three.
    expect(said.filter(({ type }) => type === 'answers')).toEqual([expect.objectContaining({ jobId: 'job_a', epoch: 7 })])
  })

  it('fails only the request that fails alone', async () => {
    const { served, answers } = serve(lookUp(), { serving: { maxBatch: 3, maxDelayMs: 1000 } })
    served.infer(1, [ints(1)])
    served.infer(2, [ints(99)])
    served.infer(3, [ints(2)])
    const given = await answers(3)
    expect(given.get(1)).toMatchObject({ ok: true })
    expect(given.get(2)).toMatchObject({ ok: false, error: { code: 'bad_model', message: expect.stringMatching(/failed on this input/) as string } })
    expect(given.get(3)).toMatchObject({ ok: true })
  })

  it.each<[string, PlainTensor[], RegExp]>([
    ['an unknown name', [floats('z', [1, 64])], /no input "z".*"x"/],
    ['a missing input', [], /gives 0 of 1 inputs; missing: "x" float32/],
    ['another dtype', [{ ...floats('x', [1, 64]), dtype: 'int32', data: new Uint8Array(256) }], /is int32 \[1, 64\], but the model takes/],
    ['a dtype nobody knows', [{ ...floats('x', [1, 64]), dtype: 'float7' }], /type "float7", which is not known/],
    ['another shape', [floats('x', [1, 63], ...Array.from<number>({ length: 63 }).fill(0))], /is float32 \[1, 63\], but the model takes/],
    ['too few bytes', [floats('x', [1, 64], 1)], /has 4 bytes; float32 \[1, 64\] takes 256/],
    ['a shape beyond all memory', [floats('x', [2 ** 52, 2 ** 52])], /no tensor can have/],
    ['an input given twice', [floats('x', [1, 64], ...Array.from<number>({ length: 64 }).fill(0)), floats('x', [1, 64])], /given twice/],
  ])('refuses %s in words, alone', async (_what, inputs, words) => {
    const { served, answers } = serve(perceptron())
    served.infer(1, inputs)
    served.infer(2, [floats('x', [1, 64], ...Array.from<number>({ length: 64 }).fill(0.5))])
    const given = await answers(2)
    expect(given.get(1)).toMatchObject({ ok: false, error: { code: 'invalid_input', message: expect.stringMatching(words) as string } })
    expect(given.get(2)).toMatchObject({ ok: true })
  })

  it('passes texts, and takes bytes wherever they lie in memory', async () => {
    const { served, answers } = serve(identityModel(8, ['n']))
    const data = Buffer.concat([Buffer.from('?'), Buffer.from('["é", ""]')]).subarray(1)
    served.infer(1, [{ name: 'x', dtype: 'string', shape: [2], data }])
    served.infer(2, [{ name: 'x', dtype: 'string', shape: [3], data }])
    served.infer(3, [{ name: 'x', dtype: 'string', shape: [1], data: Buffer.from('[1]') }])
    const given = await answers(3)
    const first = given.get(1)
    expect(first?.ok && Buffer.from(first.outputs[0].data).toString()).toBe('["é",""]')
    expect(given.get(2)).toMatchObject({ ok: false, error: { message: expect.stringMatching(/2 strings; \[3\] takes 3/) as string } })
    expect(given.get(3)).toMatchObject({ ok: false, error: { message: expect.stringMatching(/not a JSON array of strings/) as string } })
  })

  it('is loaded and warm before it begins, where another worker has the job still', async () => {
    const { control, served, kinds, heard, answers } = serve(lookUp(), { hold: true })
    await heard('prepared')
    served.infer(1, [ints(1)])
    expect(kinds()).toEqual(['prepared'])
    control.go({ from: 0, carry: null })
    await answers(1)
    expect(kinds()).toEqual(['prepared', 'loaded', 'began', 'answers'])
  })

  it('leaves off when asked: what is under way is answered, the rest is left to the next worker', async () => {
    const { control, served, said, heard } = serve(lookUp(), { serving: { maxBatch: 2, maxDelayMs: 1000 } })
    await heard('loaded')
    served.infer(1, [ints(1)])
    served.infer(2, [ints(2)])
    served.infer(3, [ints(3)])
    control.yield()
    await served.ended
    served.infer(4, [ints(0)])
    expect(said.flatMap(message => message.type === 'answers' ? message.answers.map(({ request }) => request) : [])).toEqual([1, 2])
    expect(said.at(-1)).toMatchObject({ type: 'yielded', carry: null, atMs: expect.any(Number) as number })
  })

  it('ends when it is cancelled, also while it waits for its turn', async () => {
    for (const hold of [false, true]) {
      const { control, served, said, heard } = serve(lookUp(), { hold })
      await heard(hold ? 'prepared' : 'loaded')
      control.cancel()
      await served.ended
      expect(said.at(-1)).toMatchObject({ type: 'finished', jobId: 'job_a', epoch: 7 })
    }
  })

  it('fails as a job where the model cannot be loaded', async () => {
    const { served, said } = serve(new Uint8Array([1, 2, 3]))
    await served.ended
    expect(said).toEqual([expect.objectContaining({ type: 'failed', error: expect.objectContaining({ code: 'bad_model' }) as unknown })])
  })
})
