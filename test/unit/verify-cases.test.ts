import type { CaseResult } from '../../src-main/recipes/verify/verdict'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { verify } from '../../src-main/recipes/verify'
import { whyNot } from '../../src-main/recipes/verify/verdict'
import { addModel, floats, identityModel, onnxModel, tensorMessage } from '../helpers/onnx'
import { runRecipe, undisturbed } from '../helpers/runRecipe'
import { tempDir } from '../helpers/tempDir'
import { float32, writeCase } from '../helpers/verifyCase'

const x = float32(1, 2, 3, 4)
const sum = float32(11, 22, 33, 44)

async function resultOf(folder: string, params: Record<string, unknown> = {}, root = join(folder, '..')): Promise<CaseResult> {
  const [output] = await runRecipe(verify, { files: { model: root }, params }, [folder])
  return output?.result as CaseResult
}

/** A case of the model x + [10, 20, 30, 40]. */
const addCase = (name = 'case', outputs = [sum], inputs = [x]) => writeCase(join(tempDir(), name), addModel(), { inputs, outputs })

describe('a case', () => {
  it('passes where every data set gives what it should', async () => {
    const folder = writeCase(join(tempDir(), 'add'), addModel(), { inputs: [x], outputs: [sum] }, { inputs: [float32(0, 0, 0, 0)], outputs: [float32(10, 20, 30, 40.01)] })
    expect(await resultOf(folder)).toEqual({
      name: 'add',
      status: 'pass',
      detail: '',
      maxAbsoluteDifference: expect.closeTo(0.01, 4) as number,
      maxRelativeDifference: expect.closeTo(0.00025, 6) as number,
      dataSets: 2,
    })
  })

  it('does not match where a number is too far off, and says which; a wider tolerance lets it pass', async () => {
    const folder = addCase('add', [float32(11, 22, 33, 45)])
    expect(await resultOf(folder)).toMatchObject({
      status: 'mismatch',
      detail: 'Output "y" of test_data_set_0: 1 of 4 values differ by more than is allowed, the largest difference is 1; the first at [3] is 44, expected 45.',
      maxAbsoluteDifference: 1,
      dataSets: 1,
    })
    expect(await resultOf(folder, { atol: 1 })).toMatchObject({ status: 'pass' })
  })

  it('does not match where the shape or the element type is another', async () => {
    expect(await resultOf(addCase('a', [{ dtype: 'float32', shape: [2, 2], data: Float32Array.of(11, 22, 33, 44) }]))).toMatchObject({ status: 'mismatch', detail: expect.stringContaining('its shape is [4], expected [2, 2]') as string })
    expect(await resultOf(addCase('b', [{ dtype: 'int32', shape: [4], data: Int32Array.of(11, 22, 33, 44) }]))).toMatchObject({ status: 'mismatch', detail: expect.stringContaining('it is float32, expected int32') as string })
  })

  it('runs on 16-bit floats, strings and booleans', async () => {
    const half = { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3C00, 0x7E00) } as const
    const words = { dtype: 'string', shape: [2], data: ['a', 'ü'] } as const
    const flags = { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) } as const
    for (const [type, value] of [[10, half], [8, words], [9, flags]] as const)
      expect(await resultOf(writeCase(join(tempDir(), 'same'), identityModel(type), { inputs: [value], outputs: [value] }))).toMatchObject({ status: 'pass' })
  })

  it('takes tensors by their names where the files have them, else by position', async () => {
    const model = onnxModel({
      nodes: [{ op: 'Sub', inputs: ['a', 'b'], outputs: ['y'] }],
      inputs: [{ name: 'a', shape: [1] }, { name: 'b', shape: [1] }],
      outputs: [{ name: 'y', shape: [1] }],
    })
    const named = (name: string, value: number) => tensorMessage({ name, dims: [1], raw: floats(value) })
    expect(await resultOf(writeCase(join(tempDir(), 'c'), model, { inputs: [named('b', 1), named('a', 5)], outputs: [named('y', 4)] }))).toMatchObject({ status: 'pass' })
    expect(await resultOf(writeCase(join(tempDir(), 'c'), model, { inputs: [named('first', 1), named('a', 5)], outputs: [named('', -4)] }))).toMatchObject({ status: 'pass' })
  })
})

describe('unsupported is', () => {
  it.each([
    ['an operator that ONNX Runtime does not know', onnxModel({ nodes: [{ op: 'Nonesuch', inputs: ['x'], outputs: ['y'] }], inputs: [{ name: 'x', shape: [4] }], outputs: [{ name: 'y', shape: [4] }] }), /Nonesuch/],
    ['an operator that it does not implement for the type', onnxModel({ nodes: [{ op: 'Cosh', inputs: ['x'], outputs: ['y'] }], inputs: [{ name: 'x', type: 11, shape: [4] }], outputs: [{ name: 'y', type: 11, shape: [4] }] }), /implementation/],
    ['an operator set that is too new', onnxModel({ nodes: [{ op: 'Abs', inputs: ['x'], outputs: ['y'] }], inputs: [{ name: 'x', shape: [4] }], outputs: [{ name: 'y', shape: [4] }], opsets: [['', 999]] }), /operator set 999/],
    ['a custom operator', onnxModel({ nodes: [{ op: 'Mine', domain: 'my.own', inputs: ['x'], outputs: ['y'] }], inputs: [{ name: 'x', shape: [4] }], outputs: [{ name: 'y', shape: [4] }], opsets: [['', 17], ['my.own', 1]] }), /custom operator/],
    ['a type that cannot be passed', identityModel(16), /bfloat16/],
    ['a type of 4 bits', identityModel(22), /int4.*cannot be passed/],
  ])('%s', async (_what, model, detail) => {
    expect(await resultOf(writeCase(join(tempDir(), 'case'), model, { inputs: [x], outputs: [x] }))).toMatchObject({ status: 'unsupported', detail: expect.stringMatching(detail) as string, dataSets: 0 })
  })

  it('not what a model file says of itself', () => {
    expect(whyNot(new Error('Invalid model')).status).toBe('error')
    expect(whyNot(new Error('Could not find an implementation for Erf(9) node with name \'\''))).toMatchObject({ status: 'unsupported' })
  })

  it('told by the runtime behind an error of Tranche\'s own, and not by that error\'s words', () => {
    const cause = new Error('Could not find an implementation for Cosh(9) node with name \'\'')
    expect(whyNot(new TrancheError('bad_model', 'ONNX Runtime cannot load model.onnx.', { cause }))).toMatchObject({ status: 'unsupported' })
    expect(whyNot(new TrancheError('unreadable_input', 'not implemented.pb is not a file.'))).toMatchObject({ status: 'error' })
    expect(whyNot(new TrancheError('unsupported', 'None of the backends comes up.'))).toMatchObject({ status: 'error' })
  })

  it('not a locale that the host lacks, which is told in words', () => {
    expect(whyNot(new Error('x.cc:235 Failed to construct locale with name:en_US.UTF-8:locale::facet: Please, install'))).toEqual({ status: 'error', detail: expect.stringMatching(/^This host lacks the locale en_US\.UTF-8/) as string })
  })
})

describe('an error is', () => {
  const corrupt = (what: string, bytes: Uint8Array): [string, () => string] => [what, () => writeCase(join(tempDir(), 'case'), bytes, { inputs: [x], outputs: [sum] })]
  it.each<[string, () => string]>([
    corrupt('a model that is no model', new TextEncoder().encode('nonsense')),
    corrupt('a model that is cut short', addModel().subarray(0, 40)),
    corrupt('an empty model', new Uint8Array(0)),
    ['an input that is no tensor', () => writeCase(join(tempDir(), 'case'), addModel(), { inputs: [Uint8Array.of(0xFF, 0xFF, 0xFF)], outputs: [sum] })],
    ['an expected output whose shape lies', () => writeCase(join(tempDir(), 'case'), addModel(), { inputs: [x], outputs: [tensorMessage({ dims: [2n ** 40n], raw: floats(1) })] })],
    ['data in another file', () => writeCase(join(tempDir(), 'case'), addModel(), { inputs: [tensorMessage({ dims: [4], external: { location: '/etc/hostname' } })], outputs: [sum] })],
    ['an input that does not fit the model', () => addCase('case', [sum], [float32(1, 2)])],
    ['an input too many', () => addCase('case', [sum], [x, x])],
    ['an expected output too many', () => addCase('case', [sum, sum])],
    ['no expected output', () => addCase('case', [])],
    ['no data set', () => writeCase(join(tempDir(), 'case'), addModel())],
    ['a gap in the numbers', () => {
      const folder = addCase('case', [sum], [x, x])
      rmSync(join(folder, 'test_data_set_0', 'input_0.pb'))
      return folder
    }],
    ['weights outside of the folder', () => writeCase(join(tempDir(), 'case'), onnxModel({
      nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      inputs: [{ name: 'x', shape: [4] }],
      outputs: [{ name: 'y', shape: [4] }],
      initializers: [{ name: 'w', dims: [4], external: { location: '../weights' } }],
    }), { inputs: [x], outputs: [sum] })],
    ['a folder that is not there', () => join(tempDir(), 'case')],
    ['a folder in the place of a file', () => {
      const folder = addCase()
      rmSync(join(folder, 'test_data_set_0', 'input_0.pb'))
      mkdirSync(join(folder, 'test_data_set_0', 'input_0.pb'))
      return folder
    }],
  ])('%s', async (_what, make) => {
    const result = await resultOf(make())
    expect(result).toMatchObject({ name: 'case', status: 'error', dataSets: 0 })
    expect(result.detail).not.toBe('')
  })

  it.each(['model.onnx', 'test_data_set_0', 'test_data_set_0/input_0.pb'])('a link out of the folder: %s', async (part) => {
    const folder = addCase()
    const outside = join(tempDir(), 'outside')
    renameSync(join(folder, part), outside)
    symlinkSync(outside, join(folder, part))
    expect(await resultOf(folder)).toMatchObject({ status: 'error', detail: expect.stringContaining('a link that leads out of the folder') as string })
  })

  it('no link within the folder', async () => {
    const folder = addCase()
    renameSync(join(folder, 'model.onnx'), join(folder, 'really.onnx'))
    symlinkSync('really.onnx', join(folder, 'model.onnx'))
    expect(await resultOf(folder)).toMatchObject({ status: 'pass' })
  })

  it('told for its case alone, and the next one runs', async () => {
    const root = tempDir()
    const bad = writeCase(join(root, 'bad'), new Uint8Array(3), { inputs: [x], outputs: [sum] })
    const good = writeCase(join(root, 'good'), addModel(), { inputs: [x], outputs: [sum] })
    const outputs = await runRecipe(verify, { files: { model: root } }, [bad, good])
    expect(outputs.map(({ result }) => (result as CaseResult).status)).toEqual(['error', 'pass'])
  })
})

describe('what is shown', () => {
  it('is the case\'s path below the folder, with nothing that moves a cursor', async () => {
    const root = tempDir()
    const folder = writeCase(join(root, 'node', 'evil\u001B[2J\u202E'), addModel(), { inputs: [x], outputs: [sum] })
    expect(await resultOf(folder, {}, root)).toMatchObject({ name: 'node/evil\\u001b[2J\\u202e', status: 'pass' })
  })

  it('has no control characters from a name in the model', async () => {
    const folder = writeCase(join(tempDir(), 'case'), addModel('x', 'y\u001B[31m'), { inputs: [x], outputs: [float32(0, 0, 0, 0)] })
    const { status, detail } = await resultOf(folder)
    expect(status).toBe('mismatch')
    expect(detail).toContain('"y\\u001b[31m"')
  })
})

it('gives each case a session of its own and releases it, also where the run fails', async () => {
  const root = tempDir()
  const folders = [
    writeCase(join(root, 'good'), addModel(), { inputs: [x], outputs: [sum] }),
    writeCase(join(root, 'bad'), addModel(), { inputs: [float32(1)], outputs: [sum] }),
  ]
  let [open, opened] = [0, 0]
  const run = await verify.open({
    files: { model: root },
    threads: 1,
    memoryMiB: 1024,
    params: {},
    log: () => {},
    session: async () => {
      throw new Error('a cached session was asked for')
    },
    transient: async (path) => {
      const session = await InferenceSession.create(path, { logSeverityLevel: 4 })
      const release = session.release.bind(session)
      opened += 1
      open += 1
      session.release = async () => {
        open -= 1
        await release()
      }
      return session
    },
  })
  for (const [index, path] of folders.entries()) {
    await run.compute(await run.read({ path, index }), undisturbed)
    expect(open).toBe(0)
  }
  expect(opened).toBe(2)
})

it('takes no input that is not a folder of its own', async () => {
  const file = join(tempDir(), 'file')
  writeFileSync(file, '')
  expect(await resultOf(file)).toMatchObject({ status: 'error' })
})
