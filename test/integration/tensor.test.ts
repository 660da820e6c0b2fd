import type { TensorResult } from '../../src-main/recipes/tensor'
import type { TensorValue } from '../../src-main/recipes/tensor/dtypes'
import { Buffer } from 'node:buffer'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../src-main/recipes/tensor'
import { dtypes } from '../../src-main/recipes/tensor/dtypes'
import { parseNpy, writeNpy } from '../../src-main/recipes/tensor/npy'
import { parseTensorProto, writeTensorProto } from '../../src-main/recipes/tensor/tensorProto'
import { addModel, allocationModel, floats, identityModel, loopModel, matMulModel, onnxModel, tensorMessage } from '../helpers/onnx'
import { runRecipe } from '../helpers/runRecipe'
import { tempDir } from '../helpers/tempDir'

function file(name: string, bytes: Uint8Array | string, folder = tempDir()): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function run(model: Uint8Array, path: string | null, params: Record<string, unknown> = {}) {
  const [output] = await runRecipe(tensor, { files: { model: file('model.onnx', model) }, params }, [path])
  const files = output?.files ?? []
  return { result: output?.result as TensorResult, files, names: files.map(({ name }) => name) }
}

const float = (...values: number[]): TensorValue & { dtype: 'float32' } => ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) })
const failing = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error

describe('the tensor recipe', () => {
  it('runs a model on a .npy file and gives its output as .npy with statistics', async () => {
    const { result, files } = await run(addModel(), file('x.npy', writeNpy(float(1, 2, 3, 4))))
    expect(result).toEqual({
      inputs: [{ name: 'x', dtype: 'float32', shape: [4] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [4], file: 'y.npy', stats: { min: 11, max: 44, mean: 27.5, std: expect.closeTo(12.2984, 4) as number, nan: 0, inf: 0, zeros: 0 } }],
      runMs: expect.any(Number) as number,
      notes: [],
    })
    expect(files).toHaveLength(1)
    expect(parseNpy(files[0]?.bytes ?? new Uint8Array(0), 'y').data).toEqual(Float32Array.of(11, 22, 33, 44))
  })

  it('takes a .pb and gives .pb where asked', async () => {
    const { result, files, names } = await run(addModel(), file('x.pb', tensorMessage({ dims: [4], raw: floats(1, 2, 3, 4) })), { format: 'pb' })
    expect(names).toEqual(['y.pb'])
    expect(result.outputs[0]?.file).toBe('y.pb')
    expect(parseTensorProto(files[0]?.bytes ?? new Uint8Array(0), 'y')).toEqual({ name: 'y', tensor: float(11, 22, 33, 44) })
  })

  it('takes several inputs as JSON, or as a folder by position or by name', async () => {
    const json = file('in.json', JSON.stringify({ a: [[1, 2]], b: { shape: [2, 1], data: [3, 4] } }))
    const byPosition = tempDir()
    file('input_0.pb', tensorMessage({ dims: [1, 2], raw: floats(1, 2) }), byPosition)
    file('input_1.pb', tensorMessage({ dims: [2, 1], raw: floats(3, 4) }), byPosition)
    file('output_0.pb', tensorMessage({ dims: [1, 1], raw: floats(11) }), byPosition)
    const byName = tempDir()
    file('a.npy', writeNpy({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) }), byName)
    file('b.pb', tensorMessage({ dims: [2, 1], raw: floats(3, 4) }), byName)
    for (const path of [json, byPosition, byName])
      expect((await run(matMulModel(), path)).result.outputs[0]).toMatchObject({ shape: [1, 1], stats: { min: 11, max: 11 } })
  })

  it('makes up inputs: the same for the same seed and index', async () => {
    const dims = { m: 2, k: 3, n: 4 }
    const first = await run(matMulModel(), null, { dims })
    expect(first.result.inputs.map(({ shape }) => shape)).toEqual([[2, 3], [3, 4]])
    expect((await run(matMulModel(), null, { dims })).files).toEqual(first.files)
    expect((await run(matMulModel(), null, { dims, seed: 1 })).files).not.toEqual(first.files)
  })

  it('passes every dtype through unchanged, empty tensors and scalars too', async () => {
    for (const [name, { code, bytes }] of Object.entries(dtypes)) {
      for (const shape of [[2], [0], []]) {
        const count = shape.reduce((product, dim) => product * dim, 1)
        const value = name === 'string'
          ? { dtype: 'string', shape, data: ['a', 'ü'].slice(0, count) } as const
          : parseTensorProto(tensorMessage({ type: code, dims: shape, raw: new Uint8Array(count * bytes).fill(1) }), 'x').tensor
        const { files } = await run(identityModel(code, shape), file('x.pb', writeTensorProto(value, 'x')), { format: 'pb' })
        expect(parseTensorProto(files[0]?.bytes ?? new Uint8Array(0), name).tensor).toEqual(value)
      }
    }
  })

  it('gives strings as .pb, which .npy cannot hold', async () => {
    const { names } = await run(identityModel(8), file('in.json', '["a", "b"]'))
    expect(names).toEqual(['y.pb'])
  })

  it('works with names of any kind, and writes and shows them safely', async () => {
    for (const name of ['constructor', '../../etc/x', '/abs', 'a\nb', '\x1B[31mred', '{"a": "b"}', 'toString']) {
      const { result, names } = await run(identityModel(1, ['n'], name, `${name}!`), null)
      expect(names[0]).toMatch(/^[\w-]+\.npy$/)
      // eslint-disable-next-line no-control-regex
      expect(result.outputs[0]?.name).not.toMatch(/[\u0000-\u001F]/)
    }
    expect((await run(identityModel(1, ['n'], '__proto__', 'y'), null)).names).toEqual(['y.npy'])
    await expect(run(identityModel(1, ['n'], 'x', '__proto__'), null)).rejects.toThrow(failing('bad_model', /no output that can be returned/))
  })

  it('keeps outputs apart whose names would be one file', async () => {
    const model = onnxModel({
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['a/b'] }, { op: 'Identity', inputs: ['x'], outputs: ['a:b'] }],
      inputs: [{ name: 'x', shape: [1] }],
      outputs: [{ name: 'a/b', shape: [1] }, { name: 'a:b', shape: [1] }],
    })
    expect((await run(model, null)).names).toEqual(['a_b.npy', 'a_b_2.npy'])
  })

  it('counts NaN in the result and says so', async () => {
    const { result } = await run(addModel(), file('in.json', '["NaN", "Infinity", 0, 0]'))
    expect(result.outputs[0]?.stats).toMatchObject({ nan: 1, inf: 1, min: 30, max: 40 })
    expect(result.notes).toEqual([expect.stringMatching(/"y" holds 1 NaN of 4 values/) as string])
  })

  it.each([
    ['another shape', 'x.npy', writeNpy(float(1, 2, 3)), /is float32 \[3\], but the model takes "x" float32 \[4\]\. Reshape/],
    ['another type', 'x.npy', writeNpy({ dtype: 'float64', shape: [4], data: new Float64Array(4) }), /is float64 \[4\], but the model takes .*astype\("float32"\)/],
    ['a damaged file', 'x.pb', Buffer.from('garbage'), /is not a serialised ONNX tensor/],
    ['an unknown kind of file', 'x.csv', '1,2,3,4', /is not a tensor file/],
  ])('refuses %s as an input, alone', async (_, name, bytes, message) => {
    await expect(run(addModel(), file(name, bytes))).rejects.toThrow(failing('unreadable_input', message))
  })

  it('says what is missing', async () => {
    await expect(run(matMulModel(), file('in.json', '{"a": [[1]]}'))).rejects.toThrow(failing('unreadable_input', /gives 1 of 2 inputs; missing: "b" float32/))
    await expect(run(matMulModel(), file('a.npy', writeNpy(float(1))))).rejects.toThrow(failing('unreadable_input', /model has 2 inputs \("a", "b"\)/))
    const folder = tempDir()
    mkdirSync(join(folder, 'a.npy'))
    await expect(run(matMulModel(), folder)).rejects.toThrow(failing('unreadable_input', /is not a file/))
    await expect(run(matMulModel(), tempDir())).rejects.toThrow(failing('unreadable_input', /has no file for input "a"/))
    await expect(run(addModel(), join(folder, 'none.npy'))).rejects.toThrow(failing('unreadable_input', /does not exist/))
  })

  it('fails one input where the model cannot run on it', async () => {
    await expect(run(matMulModel(), file('in.json', '{"a": [[1, 2]], "b": [[1]]}'))).rejects.toThrow(failing('bad_model', /failed on this input: .*MatMul/))
    // 2^60 floats: refused by the allocator at once. What fits on paper and fills the memory is the worker's guard's business.
    await expect(run(allocationModel(), file('in.json', '["1152921504606846976"]'))).rejects.toThrow(failing('bad_model', /failed on this input/))
  })

  it('runs loops that end', async () => {
    expect((await run(loopModel(1000n), file('in.json', '[0]'))).result.outputs[0]?.stats).toMatchObject({ min: 1000, max: 1000 })
  })

  it('refuses a model that ONNX Runtime refuses, in words', async () => {
    const ghost = onnxModel({ nodes: [{ op: 'Add', inputs: ['x', 'ghost'], outputs: ['y'] }], inputs: [{ name: 'x', shape: [4] }], outputs: [{ name: 'y', shape: [4] }] })
    await expect(run(ghost, null)).rejects.toThrow(failing('bad_model', /ONNX Runtime refuses .*'ghost'/))
  })
})
