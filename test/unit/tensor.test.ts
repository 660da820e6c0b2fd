import type { Dtype } from '../../src-main/recipes/tensor/dtypes'
import type { ModelInput } from '../../src-main/recipes/tensor/modelInputs'
import { Buffer } from 'node:buffer'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { safeFileName, safeFileNames } from '../../src-main/recipes/tensor/fileNames'
import { halfToNumber, numberToHalf } from '../../src-main/recipes/tensor/half'
import { parseJsonTensors } from '../../src-main/recipes/tensor/json'
import { parseTensorParams } from '../../src-main/recipes/tensor/params'
import { tensorStats } from '../../src-main/recipes/tensor/stats'
import { syntheticTensors } from '../../src-main/recipes/tensor/synthetic'
import { parseTensorProto } from '../../src-main/recipes/tensor/tensorProto'
import { floats, tensorMessage } from '../helpers/onnx'

const refusal = (message: RegExp, code = 'unreadable_input') => expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error
const parsePb = (bytes: Uint8Array) => parseTensorProto(bytes, 'x.pb').tensor

/** A TensorProto with a typed field, packed or one by one. */
function typed(type: number, dims: readonly number[], no: number, write: (w: BinaryWriter) => unknown): Uint8Array {
  const payload = new BinaryWriter()
  write(payload)
  const w = new BinaryWriter()
  dims.forEach(dim => w.tag(1, WireType.Varint).int64(dim))
  return w.tag(2, WireType.Varint).int32(type).tag(no, WireType.LengthDelimited).bytes(payload.finish()).finish()
}

describe('tensorProto files', () => {
  it('are read from raw data, with their name', () => {
    expect(parseTensorProto(tensorMessage({ name: 'x', dims: [2], raw: floats(1, 2) }), 'x.pb')).toEqual({ name: 'x', tensor: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } })
  })

  it('are read from typed data', () => {
    expect(parsePb(typed(1, [2], 4, w => w.float(1).float(2))).data).toEqual(Float32Array.of(1, 2))
    expect(parsePb(typed(3, [2], 5, w => w.int32(-1).int32(7))).data).toEqual(Int8Array.of(-1, 7))
    expect(parsePb(typed(7, [1], 7, w => w.int64(-(2n ** 63n)))).data).toEqual(BigInt64Array.of(-(2n ** 63n)))
    expect(parsePb(typed(11, [1], 10, w => w.double(0.1))).data).toEqual(Float64Array.of(0.1))
    expect(parsePb(typed(12, [1], 11, w => w.uint64(2 ** 32 - 1))).data).toEqual(Uint32Array.of(2 ** 32 - 1))
    expect(parsePb(typed(13, [1], 11, w => w.uint64(2n ** 64n - 1n))).data).toEqual(BigUint64Array.of(2n ** 64n - 1n))
    expect(parsePb(typed(10, [1], 5, w => w.int32(0x3C00)))).toEqual({ dtype: 'float16', shape: [1], data: Uint16Array.of(0x3C00) })
  })

  it('are read from typed data written one by one', () => {
    const one = new BinaryWriter().tag(1, WireType.Varint).int64(2).tag(2, WireType.Varint).int32(6).tag(5, WireType.Varint).int32(3).tag(5, WireType.Varint).int32(4).finish()
    expect(parsePb(one).data).toEqual(Int32Array.of(3, 4))
  })

  it.each([
    ['text', Buffer.from('this is not a tensor'), /is not a serialised ONNX tensor/],
    ['nothing', new Uint8Array(0), /is not a serialised ONNX tensor/],
    ['3 bytes of float32', tensorMessage({ dims: [1], raw: new Uint8Array(3) }), /need 4 bytes, and 3 are there/],
    ['a shape that overflows', tensorMessage({ dims: [2n ** 40n, 2n ** 40n], raw: floats(1) }), /impossible/],
    ['a huge shape without data', tensorMessage({ dims: [2n ** 40n] }), /cannot be in 0 bytes/],
    ['a huge shape of strings', tensorMessage({ type: 8, dims: [2n ** 40n] }), /1099511627776 elements, but holds 0/],
    ['a negative shape', tensorMessage({ dims: [-1], raw: floats(1) }), /impossible/],
    ['data elsewhere', tensorMessage({ dims: [1], external: { location: '/etc/passwd' } }), /keeps its data in another file/],
    ['bfloat16', tensorMessage({ type: 16, dims: [1], raw: new Uint8Array(2) }), /tensor of bfloat16, which cannot be given/],
    ['an unknown type', tensorMessage({ type: 99, dims: [1], raw: new Uint8Array(2) }), /type 99/],
    ['booleans of another value', tensorMessage({ type: 9, dims: [1], raw: Uint8Array.of(3) }), /neither 0 nor 1/],
    ['numbers in the wrong field', typed(1, [1], 10, w => w.double(1)), /not in the field for float32/],
    ['a number that does not fit', typed(3, [1], 5, w => w.int32(300)), /does not fit int8/],
    ['a number too many', typed(6, [1], 5, w => w.int32(1).int32(2)), /more than 1 elements/],
    ['a number too few', typed(6, [2], 5, w => w.int32(-1)), /holds 1 of 2 elements/],
    ['65 axes', tensorMessage({ dims: Array.from({ length: 65 }, () => 1), raw: floats(1) }), /is not a serialised/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parsePb(bytes)).toThrow(refusal(message))
  })
})

describe('json tensors', () => {
  const x: ModelInput = { name: 'x', dtype: 'float32', shape: ['n', 2] }
  const ids: ModelInput = { name: 'ids', dtype: 'int64', shape: [2] }
  const parse = (value: unknown, inputs: readonly ModelInput[] = [x]) => parseJsonTensors(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), inputs, 'x.json')

  it('are read as shape, dtype and data, or as nested lists', () => {
    const expected = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }
    expect(parse({ x: { shape: [2, 2], dtype: 'float32', data: [1, 2, 3, 4] } }).get('x')).toEqual(expected)
    expect(parse({ x: { data: [[1, 2], [3, 4]] } }).get('x')).toEqual(expected)
    expect(parse({ x: [[1, 2], [3, 4]] }).get('x')).toEqual(expected)
    expect(parse([[1, 2], [3, 4]]).get('x')).toEqual(expected)
    expect(parse({ shape: [2, 2], data: [1, 2, 3, 4] }).get('x')).toEqual(expected)
    expect(parse({ x: 5 }).get('x')).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(5) })
    expect(parse({ x: [[], []] }).get('x')?.shape).toEqual([2, 0])
  })

  it('hold what JSON has no number for as strings', () => {
    expect(parse({ x: ['NaN', '-Infinity'] }).get('x')?.data).toEqual(Float32Array.of(Number.NaN, -Infinity))
    expect(parse({ ids: ['9223372036854775807', -1] }, [ids]).get('ids')?.data).toEqual(BigInt64Array.of(9223372036854775807n, -1n))
  })

  it('are read for every dtype', () => {
    const samples: [Dtype, unknown, unknown][] = [['bool', [true, 0], Uint8Array.of(1, 0)], ['uint8', [255], Uint8Array.of(255)], ['float16', [1], Uint16Array.of(0x3C00)], ['string', ['a', 'ü'], ['a', 'ü']], ['uint64', ['18446744073709551615'], BigUint64Array.of(2n ** 64n - 1n)]]
    for (const [dtype, data, expected] of samples)
      expect(parse({ x: { dtype, data } }).get('x')?.data).toEqual(expected)
  })

  it.each([
    ['no JSON', '{"x": [1,', /is not valid JSON/],
    ['another encoding', Buffer.from([0xFF, 0xFE, 0x7B]).toString('latin1'), /is not valid JSON/],
    ['100,000 nested lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested more than 64 deep|not valid JSON/],
    ['lists of different lengths', { x: [[1, 2], [3]] }, /different lengths/],
    ['lists beside numbers', { x: [[1], 2] }, /different lengths/],
    ['an unknown input', { y: [1] }, /"y", which is no input of the model\. Its inputs: "x"/],
    ['an unknown key', { x: { data: [1], dtpye: 'int8' } }, /unknown key "dtpye"/],
    ['an unknown dtype', { x: { data: [1], dtype: 'constructor' } }, /dtype "constructor"/],
    ['a shape that does not fit', { x: { data: [1, 2, 3], shape: [2, 2] } }, /shape \[2, 2\], but its data is \[3\]/],
    ['a shape that overflows', { x: { data: [1], shape: [2 ** 52, 2 ** 52] } }, /has the shape/],
    ['null', { x: [null] }, /holds "null", which is not a float32.*"NaN"/],
    ['text as a number', { x: ['1; rm -rf /'] }, /not a float32/],
    ['a number out of range', { x: { dtype: 'uint8', data: [256] } }, /"256", which is not a uint8/],
    ['a fraction as an integer', { x: { dtype: 'int32', data: [1.5] } }, /"1\.5", which is not a int32/],
    ['an integer that JSON cannot hold', '{"x": {"dtype": "int64", "data": [9007199254740993]}}', /beyond 2\^53 as strings/],
  ])('are refused for %s', (_, value, message) => {
    expect(() => parse(value)).toThrow(refusal(message))
  })

  it('take a key called __proto__ for an input like any other', () => {
    expect(() => parse('{"__proto__": {"data": [1]}}')).toThrow(refusal(/"__proto__", which is no input/))
  })
})

describe('made-up tensors', () => {
  const inputs: ModelInput[] = [{ name: 'x', dtype: 'float32', shape: ['batch', 3, null] }, { name: 'ids', dtype: 'int64', shape: ['batch'] }]
  const make = (seed: number, index: number, dims: Record<string, number> = {}) => syntheticTensors(inputs, { seed, index, dims })

  it('have the shapes of the model, axes that vary as asked or 1', () => {
    expect(make(0, 0).get('x')?.shape).toEqual([1, 3, 1])
    expect([...make(0, 0, { 'batch': 4, 'x.2': 5 }).values()].map(({ shape }) => shape)).toEqual([[4, 3, 5], [4]])
  })

  it('are the same for the same seed, and others for another index, seed or input', () => {
    const values = (seed: number, index: number) => [...make(seed, index, { batch: 8 }).values()].map(({ data }) => [...data].join())
    expect(values(1, 2)).toEqual(values(1, 2))
    expect(values(1, 2)).not.toEqual(values(1, 3))
    expect(values(1, 2)).not.toEqual(values(2, 2))
    // Fixed for ever: results of earlier jobs must be repeatable.
    expect([...make(0, 0).get('x')?.data ?? []]).toMatchInlineSnapshot(`
      [
        0.013396414928138256,
        0.7347420454025269,
        0.5178813934326172,
      ]
    `)
  })

  it('are refused where they would fill the memory', () => {
    expect(() => make(0, 0, { batch: 2 ** 30 })).toThrow(refusal(/too large to make up/, 'input_too_large'))
  })

  it('take settings that are checked', () => {
    expect(parseTensorParams({})).toEqual({ format: 'npy', seed: 0, dims: {}, batch: 1 })
    expect(() => parseTensorParams({ format: 'csv' })).toThrow(refusal(/format/, 'invalid_input'))
    expect(() => parseTensorParams({ dims: { n: -1 } })).toThrow(refusal(/dims/, 'invalid_input'))
  })
})

describe('statistics', () => {
  it('are over finite values, and count the others', () => {
    expect(tensorStats({ dtype: 'float32', shape: [6], data: Float32Array.of(1, 3, 0, Number.NaN, Infinity, -Infinity) }))
      .toEqual({ min: 0, max: 3, mean: expect.closeTo(4 / 3, 12) as number, std: expect.closeTo(1.247219, 6) as number, nan: 1, inf: 2, zeros: 1 })
  })

  it('are null where there is nothing to measure', () => {
    expect(tensorStats({ dtype: 'float64', shape: [0], data: new Float64Array(0) })).toEqual({ min: null, max: null, mean: null, std: null, nan: 0, inf: 0, zeros: 0 })
    expect(tensorStats({ dtype: 'string', shape: [1], data: ['a'] })).toBeNull()
  })

  it('keep large integers exact, and read halves', () => {
    expect(tensorStats({ dtype: 'int64', shape: [2], data: BigInt64Array.of(9007199254740993n, -5n) })).toMatchObject({ min: '-5', max: '9007199254740993' })
    expect(tensorStats({ dtype: 'float16', shape: [2], data: Uint16Array.of(0x3C00, 0x7E00) })).toMatchObject({ min: 1, max: 1, nan: 1 })
  })
})

describe('file names from tensor names', () => {
  it('stay in the folder and are one name on every system', () => {
    expect(['../../etc/passwd', '/abs', 'a\nb', '\x1B[31mred', '{"a": 1}', 'con', 'NUL', '', '.', 'C:\\x', 'größe'].map(safeFileName))
      .toEqual(['_etc_passwd', '_abs', 'a_b', '_31mred', '_a_1_', 'con_', 'NUL_', '_', '_', 'C_x', 'gr_e'])
    expect(safeFileName('x'.repeat(500))).toHaveLength(80)
  })

  it('differ, whatever the names', () => {
    expect(safeFileNames(['a', 'A', 'a/', 'a_2', 'constructor', '__proto__'])).toEqual(['a', 'A_2', 'a_', 'a_2_2', 'constructor', '__proto__'])
  })
})

describe('halves', () => {
  it('turn into numbers and back, all 65,536 of them', () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const number = halfToNumber(bits)
      const back = numberToHalf(number)
      if (back !== bits && !Number.isNaN(number))
        expect(back).toBe(bits)
    }
  })

  it('are rounded to the nearest, ties to even', () => {
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65504, 65519.99, 65520, 2 ** -25, 2 ** -25 * 1.01, -0].map(numberToHalf))
      .toEqual([0x3C00, 0x3C02, 0x7BFF, 0x7BFF, 0x7C00, 0, 1, 0x8000])
  })
})
