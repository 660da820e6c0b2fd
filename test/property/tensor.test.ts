import type { Dtype, TensorValue } from '../../src-main/recipes/tensor/dtypes'
import type { ModelInput } from '../../src-main/recipes/tensor/modelInputs'
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { checkModelSource } from '../../src-main/recipes/onnx/checkModel'
import { memorySource } from '../../src-main/recipes/onnx/wire'
import { dtypes, viewAs } from '../../src-main/recipes/tensor/dtypes'
import { safeFileName, safeFileNames } from '../../src-main/recipes/tensor/fileNames'
import { parseJsonTensors } from '../../src-main/recipes/tensor/json'
import { parseNpy, writeNpy } from '../../src-main/recipes/tensor/npy'
import { parseTensorProto, writeTensorProto } from '../../src-main/recipes/tensor/tensorProto'
import { addModel, floats, loopModel, tensorMessage } from '../helpers/onnx'

const numericDtypes = (Object.keys(dtypes) as Dtype[]).filter(dtype => dtype !== 'string')
/** Scalars, empty tensors and up to four axes. */
const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
const product = (shape: readonly number[]) => shape.reduce((count, dim) => count * dim, 1)

/** Tensors of every dtype with any bits in them, NaNs with payloads and minus zero among them. */
const numericTensors = fc.record({ dtype: fc.constantFrom(...numericDtypes), shape: shapes }).chain(({ dtype, shape }) => {
  const length = product(shape) * dtypes[dtype].bytes
  const byte = fc.integer({ min: 0, max: dtype === 'bool' ? 1 : 255 })
  return fc.array(byte, { minLength: length, maxLength: length })
    .map(bytes => ({ dtype, shape, data: viewAs(dtype, Uint8Array.from(bytes).buffer) }))
})

const stringTensors: fc.Arbitrary<TensorValue> = shapes.chain(shape =>
  fc.array(fc.string({ unit: 'grapheme' }), { minLength: product(shape), maxLength: product(shape) })
    .map(data => ({ dtype: 'string' as const, shape, data })))

const bits = (tensor: TensorValue) => tensor.dtype === 'string' ? tensor.data : Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength).toString('hex')
const plain = (tensor: TensorValue) => ({ dtype: tensor.dtype, shape: tensor.shape, bits: bits(tensor) })

/** Runs a parser; only the product's own error may come out. */
function acceptsOrRefuses(parse: () => unknown): void {
  try {
    parse()
  }
  catch (error) {
    expect(error).toBeInstanceOf(TrancheError)
  }
}

/** Valid bytes with some of them changed, cut or repeated: closer to the parser's edges than random bytes. */
function mutated(valid: Uint8Array) {
  return fc.record({
    edits: fc.array(fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
    from: fc.nat(3),
    length: fc.integer({ min: 0, max: valid.length + 20 }),
  }).map(({ edits, from, length }) => {
    const bytes = Buffer.concat([valid, valid.subarray(0, 20)])
    for (const [at, value] of edits)
      bytes[at] = value
    return new Uint8Array(bytes.subarray(from < 3 ? 0 : from, length))
  })
}

describe('tensor files', () => {
  it('a .npy file gives back what was written, bit by bit', () => {
    fc.assert(fc.property(numericTensors, (tensor) => {
      expect(plain(parseNpy(writeNpy(tensor), 'x.npy'))).toEqual(plain(tensor))
    }), { numRuns: 500 })
  })

  it('a TensorProto gives back what was written, bit by bit', () => {
    fc.assert(fc.property(fc.oneof(numericTensors, stringTensors), fc.string(), (tensor, name) => {
      const read = parseTensorProto(writeTensorProto(tensor, name), 'x.pb')
      expect(plain(read.tensor)).toEqual(plain(tensor))
      expect(read.name).toBe(name)
    }), { numRuns: 500 })
  })

  it('column-major files are read as the same tensor', () => {
    fc.assert(fc.property(shapes, (shape) => {
      const count = product(shape)
      // Each element holds its row-major position; written in column-major order, reading has to restore 0, 1, 2, ...
      const columns = columnMajor(shape)
      const file = Buffer.from(writeNpy({ dtype: 'int32', shape, data: Int32Array.from(columns) }))
      const fortran = Buffer.from(file.toString('latin1').replace('\'fortran_order\': False', '\'fortran_order\': True '), 'latin1')
      expect([...parseNpy(fortran, 'x.npy').data].map(Number)).toEqual(Array.from({ length: count }, (_, at) => at))
    }))
  })

  it('no bytes make a parser fail in another way than by the product\'s error', () => {
    const npy = writeNpy({ dtype: 'float32', shape: [2, 3], data: new Float32Array(6) })
    const pb = tensorMessage({ name: 'x', dims: [2, 2], raw: floats(1, 2, 3, 4) })
    const input: ModelInput = { name: 'x', dtype: 'int64', shape: [2] }
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated(npy)), bytes => acceptsOrRefuses(() => parseNpy(bytes, 'x'))), { numRuns: 2000 })
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated(pb)), bytes => acceptsOrRefuses(() => parseTensorProto(bytes, 'x'))), { numRuns: 2000 })
    fc.assert(fc.property(fc.oneof(fc.json().map(text => Buffer.from(text)), fc.uint8Array()), bytes => acceptsOrRefuses(() => parseJsonTensors(bytes, [input], 'x'))), { numRuns: 2000 })
  })

  it('no bytes make the check of a model fail in another way than by the product\'s error', () => {
    const check = (bytes: Uint8Array) => acceptsOrRefuses(() => checkModelSource(memorySource(bytes), 'x.onnx'))
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 500 }), mutated(addModel()), mutated(loopModel(9n))), check), { numRuns: 4000 })
  })

  it('names of outputs become file names that are safe and all different', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '../x', 'CON', 'a', 'A', '__proto__'))), (names) => {
      const safe = safeFileNames(names)
      expect(new Set(safe.map(name => name.toLowerCase())).size).toBe(names.length)
      for (const name of safe)
        expect(name).toMatch(/^[\w-]{1,90}$/)
      expect(safe).toEqual(safeFileNames(safe.map(safeFileName)))
    }))
  })
})

/** Row-major positions of the elements, listed in column-major order. */
function columnMajor(shape: readonly number[]): number[] {
  let positions: number[][] = [[]]
  for (const dim of shape.toReversed())
    positions = positions.flatMap(rest => Array.from({ length: dim }, (_, at) => [at, ...rest]))
  // The first axis runs fastest: the list above has it innermost.
  return positions.map(index => index.reduce((position, at, axis) => position * (shape[axis] ?? 0) + at, 0))
}
