import type { TensorValue } from '../../src-main/recipes/tensor/dtypes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberToHalf } from '../../src-main/recipes/tensor/half'
import { compareTensors } from '../../src-main/recipes/verify/compare'
import { parseVerifyParams } from '../../src-main/recipes/verify/params'

const usual = parseVerifyParams({})
const doubles = (...values: number[]): TensorValue => ({ dtype: 'float64', shape: [values.length], data: Float64Array.from(values) })
const halves = (...values: number[]): TensorValue => ({ dtype: 'float16', shape: [values.length], data: Uint16Array.from(values, numberToHalf) })
const longs = (...values: bigint[]): TensorValue => ({ dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values) })
const strings = (...data: string[]): TensorValue => ({ dtype: 'string', shape: [data.length], data })
const matches = (actual: TensorValue, expected: TensorValue, tolerance = usual) => compareTensors(actual, expected, tolerance).mismatch === null

describe('numbers', () => {
  it('may differ by as much as the tolerances allow, and not by more', () => {
    const tolerance = { atol: 0.25, rtol: 0.5 }
    expect(matches(doubles(10 + 5.25), doubles(10), tolerance)).toBe(true)
    expect(matches(doubles(10 + 5.25 + 2 ** -40), doubles(10), tolerance)).toBe(false)
    expect(matches(doubles(-10 - 5.25), doubles(-10), tolerance)).toBe(true)
    expect(matches(doubles(-10 - 5.25 - 2 ** -40), doubles(-10), tolerance)).toBe(false)
  })

  it('are measured by what was expected, not by what came', () => {
    expect(matches(doubles(2), doubles(1), { atol: 0, rtol: 0.5 })).toBe(false)
    expect(matches(doubles(1), doubles(2), { atol: 0, rtol: 0.5 })).toBe(true)
  })

  it('have the tolerances of 0.001 and 0.00001 unless told otherwise', () => {
    expect(usual).toEqual({ rtol: 1e-3, atol: 1e-5 })
    expect(matches(doubles(1.00100), doubles(1))).toBe(true)
    expect(matches(doubles(1.00102), doubles(1))).toBe(false)
    expect(matches(doubles(0.9e-5), doubles(0))).toBe(true)
    expect(matches(doubles(1.1e-5), doubles(0))).toBe(false)
  })

  it('that are NaN equal NaN alone, and an infinity only itself', () => {
    const special = [Number.NaN, Infinity, -Infinity, 1e308, 0]
    for (const [i, actual] of special.entries()) {
      for (const [k, expected] of special.entries())
        expect(matches(doubles(actual), doubles(expected)), `${actual} for ${expected}`).toBe(i === k)
    }
    expect(matches(doubles(-0), doubles(0), { atol: 0, rtol: 0 })).toBe(true)
  })

  it('of 16 bits are compared as the numbers they stand for', () => {
    expect(matches(halves(1000), halves(1001))).toBe(true)
    expect(matches(halves(1000), halves(1002))).toBe(false)
    expect(matches(halves(Number.NaN, -Infinity), halves(Number.NaN, -Infinity))).toBe(true)
    expect(matches(halves(-1), halves(1))).toBe(false)
  })

  it('tell their largest differences and where the first lies that is too large', () => {
    const actual: TensorValue = { dtype: 'float64', shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5.5, 9) }
    const expected: TensorValue = { dtype: 'float64', shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) }
    expect(compareTensors(actual, expected, usual)).toEqual({
      mismatch: '2 of 6 values differ by more than is allowed, the largest difference is 3; the first at [1, 1] is 5.5, expected 5',
      absolute: 3,
      relative: 0.5,
    })
  })

  it('have no difference to tell where none of them is finite', () => {
    expect(compareTensors(doubles(Number.NaN), doubles(1), usual)).toEqual({ mismatch: expect.stringContaining('is NaN, expected 1') as string, absolute: null, relative: null })
  })
})

describe('all else', () => {
  it('has to be equal to the last bit', () => {
    expect(matches(longs(2n ** 53n + 1n), longs(2n ** 53n))).toBe(false)
    expect(compareTensors(longs(2n ** 53n + 1n), longs(2n ** 53n), usual).absolute).toBe(1)
    expect(matches({ dtype: 'int32', shape: [1], data: Int32Array.of(1000) }, { dtype: 'int32', shape: [1], data: Int32Array.of(1001) })).toBe(false)
    expect(matches({ dtype: 'bool', shape: [1], data: Uint8Array.of(1) }, { dtype: 'bool', shape: [1], data: Uint8Array.of(0) })).toBe(false)
    expect(matches(strings('a', 'b'), strings('a', 'b'))).toBe(true)
    expect(compareTensors(strings('a', 'x\u001B[2J'), strings('a', 'b'), usual).mismatch).toBe('1 of 2 values differs; the first at [1] is "x\\u001b[2J", expected "b"')
  })

  it('needs the same element type and shape', () => {
    expect(compareTensors(doubles(1), { dtype: 'float32', shape: [1], data: Float32Array.of(1) }, usual).mismatch).toBe('it is float64, expected float32')
    expect(compareTensors(doubles(1, 2), { dtype: 'float64', shape: [1, 2], data: Float64Array.of(1, 2) }, usual).mismatch).toBe('its shape is [2], expected [1, 2]')
    expect(compareTensors({ dtype: 'float64', shape: [0, 2], data: new Float64Array(0) }, { dtype: 'float64', shape: [0, 3], data: new Float64Array(0) }, usual).mismatch).toContain('[0, 2]')
  })
})

it('agrees with a comparison written the plain way, for any numbers and tolerances', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0), fc.double({ min: -1, max: 1 }))
  const pair = fc.oneof(fc.tuple(value, value), fc.tuple(value, fc.double({ min: -2e-3, max: 2e-3, noNaN: true })).map(([b, part]): [number, number] => [b * (1 + part), b]))
  const small = fc.double({ min: 0, max: 0.01, noNaN: true })
  fc.assert(fc.property(fc.array(pair, { maxLength: 20 }), small, small, (pairs, rtol, atol) => {
    const plain = pairs.every(([a, b]) => {
      if (Number.isNaN(a) || Number.isNaN(b))
        return Number.isNaN(a) && Number.isNaN(b)
      if (!Number.isFinite(a) || !Number.isFinite(b))
        return a === b
      return !(Math.abs(b - a) > atol + rtol * Math.abs(b))
    })
    expect(matches(doubles(...pairs.map(([a]) => a)), doubles(...pairs.map(([, b]) => b)), { rtol, atol })).toBe(plain)
  }), { numRuns: 500 })
})

describe('settings', () => {
  it.each([[{ rtol: -1 }], [{ rtol: 2 }], [{ atol: Number.NaN }], [{ atol: '1' }], [{ other: 1 }]])('%j are refused', (params) => {
    expect(() => parseVerifyParams(params)).toThrow(/settings of the verify recipe are not valid/)
  })
})
