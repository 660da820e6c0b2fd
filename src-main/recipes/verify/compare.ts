import type { BigArray, NumberArray, TensorValue } from '../tensor/dtypes'
import type { Tolerance } from './params'
import { quoted } from '../onnx/printable'
import { dtypes, isBig } from '../tensor/dtypes'
import { halfToNumber } from '../tensor/half'

export interface Difference {
  /** What does not match, in words; null if all does. */
  readonly mismatch: string | null
  /** Largest difference of two finite numbers; null where there was none to compare. */
  readonly absolute: number | null
  /** Largest difference in relation to the expected number, over those that are not 0. */
  readonly relative: number | null
}

/**
 * Compares what a model gave with what it should have given. Element type and shape have to be the same. Floating-point
 * numbers may differ by `atol + rtol * |expected|`; NaN equals NaN, an infinity only itself. All else has to be equal.
 */
export function compareTensors(actual: TensorValue, expected: TensorValue, tolerance: Tolerance): Difference {
  if (actual.dtype !== expected.dtype)
    return differs(`it is ${actual.dtype}, expected ${expected.dtype}`)
  if (actual.shape.length !== expected.shape.length || actual.shape.some((dim, axis) => dim !== expected.shape[axis]))
    return differs(`its shape is ${shown(actual.shape)}, expected ${shown(expected.shape)}`)
  const { kind } = dtypes[expected.dtype]
  if (kind === 'half')
    return compareNumbers(expected, at => halfToNumber(Number(actual.data[at])), at => halfToNumber(Number(expected.data[at])), tolerance)
  if (kind === 'float')
    return compareNumbers(expected, at => Number(actual.data[at]), at => Number(expected.data[at]), tolerance)
  return compareExactly(actual, expected)
}

function compareNumbers({ shape, data }: TensorValue, actualAt: (at: number) => number, expectedAt: (at: number) => number, { rtol, atol }: Tolerance): Difference {
  let absolute: number | null = null
  let relative: number | null = null
  let wrong = 0
  let first = 0
  for (let at = 0; at < data.length; at++) {
    const [a, b] = [actualAt(at), expectedAt(at)]
    let close = Object.is(a, b) || a === b
    if (Number.isFinite(a) && Number.isFinite(b)) {
      const difference = Math.abs(a - b)
      close = difference <= atol + rtol * Math.abs(b)
      absolute = Math.max(absolute ?? 0, difference)
      relative = b === 0 ? relative : Math.max(relative ?? 0, difference / Math.abs(b))
    }
    if (!close && wrong++ === 0)
      first = at
  }
  if (wrong === 0)
    return { mismatch: null, absolute, relative }
  const largest = absolute === null ? '' : `, the largest difference is ${short(absolute)}`
  return { mismatch: `${counted(wrong, data.length)} differ by more than is allowed${largest}; the first at ${position(first, shape)} is ${actualAt(first)}, expected ${expectedAt(first)}`, absolute, relative }
}

function compareExactly(actual: TensorValue, expected: TensorValue): Difference {
  const { data, shape } = expected
  let absolute: number | null = null
  let relative: number | null = null
  let wrong = 0
  let first = 0
  for (let at = 0; at < data.length; at++) {
    if (actual.dtype !== 'string' && expected.dtype !== 'string') {
      const difference = distance(actual.data, expected.data, at)
      const base = Math.abs(Number(expected.data[at]))
      absolute = Math.max(absolute ?? 0, difference)
      relative = base === 0 ? relative : Math.max(relative ?? 0, difference / base)
    }
    if (actual.data[at] !== data[at] && wrong++ === 0)
      first = at
  }
  const mismatch = wrong === 0 ? null : `${counted(wrong, data.length)} differ${wrong === 1 ? 's' : ''}; the first at ${position(first, shape)} is ${element(actual, first)}, expected ${element(expected, first)}`
  return { mismatch, absolute, relative }
}

/** Subtracted before it becomes a number, so that neighbours beyond 2^53 do not look the same. */
function distance(actual: NumberArray | BigArray, expected: NumberArray | BigArray, at: number): number {
  const difference = isBig(actual) && isBig(expected) ? Number(actual[at] - expected[at]) : Number(actual[at]) - Number(expected[at])
  return Math.abs(difference)
}

function element({ data }: TensorValue, at: number): string {
  const value = data[at]
  return typeof value === 'string' ? quoted(value) : String(value)
}

function position(at: number, shape: readonly number[]): string {
  const index: number[] = []
  let rest = at
  for (const dim of shape.toReversed()) {
    index.unshift(rest % dim)
    rest = Math.floor(rest / dim)
  }
  return shown(index)
}

function counted(wrong: number, total: number): string {
  return `${wrong} of ${total} ${total === 1 ? 'value' : 'values'}`
}

function shown(numbers: readonly number[]): string {
  return `[${numbers.join(', ')}]`
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function differs(mismatch: string): Difference {
  return { mismatch, absolute: null, relative: null }
}
