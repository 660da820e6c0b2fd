import type { BigArray, NumberArray, NumericDtype } from './dtypes'
import { isBig, zeros } from './dtypes'

/** Turns big-endian elements into little-endian ones, in place (Tranche runs on little-endian machines only). */
export function byteSwapped(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  for (let start = 0; start < bytes.length; start += width)
    bytes.subarray(start, start + width).reverse()
  return bytes
}

/** Elements stored in column-major (Fortran) order, rearranged to row-major (C) order. */
export function rowMajor(dtype: NumericDtype, data: NumberArray | BigArray, shape: readonly number[]): NumberArray | BigArray {
  if (shape.length < 2)
    return data
  const result = zeros(dtype, data.length)
  const source = positions(shape)
  for (let target = 0; target < data.length; target++)
    put(result, target, data, source())
  return result
}

/** Yields, for each element in row-major order, its position in column-major order: an odometer over the axes. */
function positions(shape: readonly number[]): () => number {
  const strides: number[] = []
  let stride = 1
  for (const dim of shape) {
    strides.push(stride)
    stride *= dim
  }
  const index = shape.map(() => 0)
  let position = 0
  return () => {
    const current = position
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[axis] ?? 0
      const next = (index[axis] ?? 0) + 1
      position += step
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next
        break
      }
      position -= step * next
      index[axis] = 0
    }
    return current
  }
}

/** Copies one element between arrays of the same dtype. */
function put(target: NumberArray | BigArray, at: number, source: NumberArray | BigArray, from: number): void {
  if (isBig(target) && isBig(source))
    target[at] = source[from] ?? 0n
  else if (!isBig(target) && !isBig(source))
    target[at] = source[from] ?? 0
}
