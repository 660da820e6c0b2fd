import type { Rule } from '../rule'
import { axesOf, axisOf, input, number } from '../rule'
import { elementType, tensor } from '../tensor'

/** What exporters compute sizes with, over all elements of a list. */
const folds: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['ReduceProd', (a: number, b: number) => a * b],
  ['ReduceSum', (a: number, b: number) => a + b],
  ['ReduceMax', (a: number, b: number) => Math.max(a, b)],
  ['ReduceMin', (a: number, b: number) => Math.min(a, b)],
])

/** Without axes all are reduced, unless the node says that it then does nothing. */
const reduce: Rule = (call) => {
  const x = input(call, 0)
  const given = axesOf(call, 1)
  if ((given === undefined || given.length === 0) && number(call, 'noop_with_empty_axes', 0) === 1)
    return [tensor(x.type, x.shape)]
  const axes = given === undefined || given.length === 0 ? x.shape.map((_, axis) => axis) : given.map(axis => axisOf(axis, x.shape.length))
  const shape = without(x.shape, axes, number(call, 'keepdims', 1) === 1)
  const fold = folds.get(call.type)
  const folded = fold && x.shape.length === 1 && axes.length === 1 && x.values && x.values.length > 0 ? [x.values.reduce(fold)] : null
  return [tensor(x.type, shape, folded)]
}

const argument: Rule = (call) => {
  const x = input(call, 0)
  const axis = axisOf(number(call, 'axis', 0), x.shape.length)
  return [tensor(elementType.int64, without(x.shape, [axis], number(call, 'keepdims', 1) === 1))]
}

function without(shape: readonly number[], axes: readonly number[], keep: boolean): readonly number[] {
  return keep ? shape.map((size, axis) => axes.includes(axis) ? 1 : size) : shape.filter((_, axis) => !axes.includes(axis))
}

const names = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'.split(' ')

export const reducing: readonly (readonly [string, Rule])[] = [
  ...names.map(name => [`Reduce${name}`, reduce] as const),
  ['ArgMax', argument],
  ['ArgMin', argument],
]
