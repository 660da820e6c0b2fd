import { elementBits } from '../elementTypes'
import { mostValues } from './smallTensor'

/** A value of the graph whose shape is known for the sizes asked about. */
export interface Known {
  /** ONNX element type code, 0 where it is not known. */
  readonly type: number
  readonly shape: readonly number[]
  /** The elements in C order, where the graph tells them and they are few. */
  readonly values?: readonly number[]
}

export const elementType = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const

/** Larger counts are all the same: far beyond any memory. Sums of a few of them are still exact enough to compare. */
const most = Number.MAX_SAFE_INTEGER
/** ONNX Runtime has no tensors of so many axes; a graph that asks for them is no real one. */
export const mostAxes = 64

/** Elements of a shape, at most 2^53 - 1. */
export function volume(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((count, size) => Math.min(count * size, most), 1)
}

/** Bytes that a tensor takes, at most 2^53 - 1. Elements of unknown size, strings among them, are taken for 8 bytes. */
export function bytesOf({ type, shape }: Known): number {
  const bits = elementBits(type) || 64
  return Math.min(Math.ceil(volume(shape) * (bits / 8)), most)
}

/** Whether these can be the sizes of a tensor: whole numbers from 0. */
export function isShape(sizes: readonly number[]): boolean {
  return sizes.length <= mostAxes && sizes.every(size => Number.isSafeInteger(size) && size >= 0)
}

/** A tensor, with its values where there are as many as its shape has, and few. */
export function tensor(type: number, shape: readonly number[], values?: readonly number[] | null): Known {
  return values && values.length <= mostValues && values.length === volume(shape) ? { type, shape, values } : { type, shape }
}
