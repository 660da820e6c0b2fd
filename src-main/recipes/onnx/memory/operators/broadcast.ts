import type { Known } from '../tensor'
import { untold } from '../rule'
import { mostValues } from '../smallTensor'
import { tensor, volume } from '../tensor'

/** The shape of several tensors combined by numpy's rules, as ONNX has them since operator set 7. */
export function broadcast(shapes: readonly (readonly number[])[]): readonly number[] {
  return shapes.reduce((left, right) => {
    const rank = Math.max(left.length, right.length)
    return Array.from({ length: rank }, (_, axis) => {
      const [a, b] = [left[axis - rank + left.length] ?? 1, right[axis - rank + right.length] ?? 1]
      return a === b || b === 1 ? a : a === 1 ? b : untold()
    })
  }, [])
}

/** Shapes are computed from few tensors at a time. */
const mostFolded = 8

/** Combines tensors element by element; values too, where those of all are known. */
export function combined(type: number, inputs: readonly Known[], fold?: (...elements: number[]) => number): Known {
  const shape = broadcast(inputs.map(input => input.shape))
  const count = volume(shape)
  if (fold === undefined || count > mostValues || inputs.length > mostFolded || inputs.some(input => input.values === undefined))
    return tensor(type, shape)
  const columns = inputs.map(input => spread(input, shape))
  return tensor(type, shape, Array.from({ length: count }, (_, index) => fold(...columns.map(column => column[index]))))
}

/** The values of a tensor as those of a larger shape that it is spread over. */
export function spread(input: Known, shape: readonly number[]): readonly number[] {
  const apart = strides(input.shape)
  const added = shape.length - input.shape.length
  return strided(input, shape, shape.map((_, axis) => axis < added || input.shape[axis - added] === 1 ? 0 : apart[axis - added]), 0)
}

/** How far apart neighbours lie along each axis, in C order. */
export function strides(shape: readonly number[]): readonly number[] {
  let stride = 1
  return shape.map((_, axis) => {
    stride = axis === 0 ? 1 : stride * shape[shape.length - axis]
    return stride
  }).reverse()
}

/** Values taken from a tensor in steps: `apart` elements along each axis of `shape`, from the element at `start`. */
export function strided(input: Known, shape: readonly number[], apart: readonly number[], start: number): readonly number[] {
  return Array.from({ length: volume(shape) }, (_, index) => {
    let rest = index
    let at = start
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += rest % shape[axis] * apart[axis]
      rest = Math.floor(rest / shape[axis])
    }
    return input.values?.[at] ?? untold()
  })
}
