import type { TensorValue } from './dtypes'
import { isBig } from './dtypes'
import { halfToNumber } from './half'

/**
 * What a tensor's values look like. `min`, `max`, `mean` and `std` (of the whole population) are over the finite values
 * alone, null where there is none; the others are counted. An integer beyond 2^53 is given as its digits.
 */
export interface TensorStats {
  readonly min: number | string | null
  readonly max: number | string | null
  readonly mean: number | null
  readonly std: number | null
  readonly nan: number
  readonly inf: number
  readonly zeros: number
}

/** The statistics of a tensor, in one pass (Welford's update keeps the variance exact for long tensors); null for strings. */
export function tensorStats(tensor: TensorValue): TensorStats | null {
  if (tensor.dtype === 'string')
    return null
  const { data } = tensor
  const toNumber = tensor.dtype === 'float16' ? halfToNumber : Number
  let min = Infinity
  let max = -Infinity
  let mean = 0
  let squares = 0
  let finite = 0
  let nan = 0
  let zeros = 0
  for (let at = 0; at < data.length; at++) {
    const value = toNumber(Number(data[at]))
    if (!Number.isFinite(value)) {
      nan += Number.isNaN(value) ? 1 : 0
      continue
    }
    finite += 1
    zeros += value === 0 ? 1 : 0
    const delta = value - mean
    mean += delta / finite
    squares += delta * (value - mean)
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  const counts = { nan, inf: data.length - finite - nan, zeros }
  if (finite === 0)
    return { min: null, max: null, mean: null, std: null, ...counts }
  const exact = isBig(data) && (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) ? bigRange(data) : { min, max }
  return { ...exact, mean, std: Math.sqrt(squares / finite), ...counts }
}

function bigRange(data: BigInt64Array | BigUint64Array): { readonly min: string, readonly max: string } {
  let min = data[0] ?? 0n
  let max = min
  for (const value of data) {
    if (value < min)
      min = value
    if (value > max)
      max = value
  }
  return { min: String(min), max: String(max) }
}
