import type { Rule } from '../rule'
import { axisOf, input, number, numbers, optionalValues, sizes, untold, values } from '../rule'
import { elementType, tensor } from '../tensor'
import { strided, strides } from './broadcast'

const concat: Rule = (call) => {
  const inputs = call.inputs.map((_, index) => input(call, index))
  const [first = untold()] = inputs
  const axis = axisOf(number(call, 'axis', 1), first.shape.length)
  const total = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? untold()), 0)
  const allValues = first.shape.length === 1 && inputs.every(({ values }) => values !== undefined)
  return [tensor(first.type, sizes(first.shape.with(axis, total)), allValues ? inputs.flatMap(({ values }) => values ?? []) : null)]
}

const split: Rule = (call) => {
  const x = input(call, 0)
  const axis = axisOf(number(call, 'axis', 0), x.shape.length)
  const lengths = numbers(call, 'split') ?? optionalValues(call, 1) ?? evenly(x.shape[axis], call.outputCount)
  let from = 0
  return Array.from({ length: call.outputCount }, (_, index) => {
    const length = lengths[index] ?? untold()
    from += length
    return tensor(x.type, sizes(x.shape.with(axis, length)), x.shape.length === 1 ? x.values?.slice(from - length, from) : null)
  })
}

/** All parts are of one size but the last, which may be smaller. */
function evenly(size: number, parts: number): readonly number[] {
  const length = Math.ceil(size / parts)
  return Array.from({ length: parts }, (_, index) => Math.max(0, Math.min(length, size - index * length)))
}

/** Starts and ends count from the end where they are negative, and are cut off at the edges. */
const slice: Rule = (call) => {
  const x = input(call, 0)
  const starts = numbers(call, 'starts') ?? values(call, 1)
  const ends = numbers(call, 'ends') ?? values(call, 2)
  const axes = (numbers(call, 'axes') ?? optionalValues(call, 3))?.map(axis => axisOf(axis, x.shape.length)) ?? starts.map((_, axis) => axisOf(axis, x.shape.length))
  const steps = optionalValues(call, 4)
  const shape = [...x.shape]
  const apart = [...strides(x.shape)]
  let start = 0
  for (const [index, axis] of axes.entries()) {
    const range = sliced(x.shape[axis], starts[index] ?? untold(), ends[index] ?? untold(), steps?.[index] ?? 1)
    shape[axis] = range.count
    start += range.start * apart[axis]
    apart[axis] *= range.step
  }
  return [tensor(x.type, sizes(shape), x.values && new Set(axes).size === axes.length ? strided(x, shape, apart, start) : null)]
}

function sliced(size: number, start: number, end: number, step: number): { readonly start: number, readonly step: number, readonly count: number } {
  if (step === 0)
    untold()
  const counted = (place: number, least: number, most: number) => Math.min(Math.max(place < 0 ? place + size : place, least), most)
  const from = step > 0 ? counted(start, 0, size) : counted(start, 0, size - 1)
  const to = step > 0 ? counted(end, 0, size) : counted(end, -1, size - 1)
  return { start: from, step, count: Math.max(0, Math.ceil((to - from) / step)) }
}

const gather: Rule = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)]
  const axis = axisOf(number(call, 'axis', 0), x.shape.length)
  const taken = x.shape.length === 1 && x.values !== undefined
    ? indices.values?.map(index => x.values?.[index < 0 ? index + x.shape[0] : index] ?? untold())
    : undefined
  return [tensor(x.type, sizes([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]), taken)]
}

const gatherElements: Rule = call => [tensor(input(call, 0).type, input(call, 1).shape)]

const gatherNd: Rule = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)]
  const depth = indices.shape.at(-1) ?? untold()
  return [tensor(x.type, sizes([...indices.shape.slice(0, -1), ...x.shape.slice(number(call, 'batch_dims', 0) + depth)]))]
}

const topK: Rule = (call) => {
  const x = input(call, 0)
  const [count = untold()] = numbers(call, 'k') ?? values(call, 1)
  const shape = sizes(x.shape.with(axisOf(number(call, 'axis', -1), x.shape.length), count))
  return [tensor(x.type, shape), tensor(elementType.int64, shape)]
}

/** Where values are known it tells how many are not zero; that is how exporters count up to a size. */
const nonZero: Rule = (call) => {
  const x = input(call, 0)
  const found = (x.values ?? untold()).flatMap((value, index) => value === 0 ? [] : [index])
  return [tensor(elementType.int64, [Math.max(x.shape.length, 1), found.length], x.shape.length === 1 ? found : null)]
}

const oneHot: Rule = (call) => {
  const [indices, choices] = [input(call, 0), input(call, 2)]
  const [depth = untold()] = values(call, 1)
  const axis = axisOf(number(call, 'axis', -1), indices.shape.length + 1)
  return [tensor(choices.type, sizes([...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)]))]
}

/** Operators that take tensors apart and put them together. */
export const parts: readonly (readonly [string, Rule])[] = [
  ['Concat', concat],
  ['Split', split],
  ['Slice', slice],
  ['Gather', gather],
  ['GatherElements', gatherElements],
  ['GatherND', gatherNd],
  ['TopK', topK],
  ['NonZero', nonZero],
  ['OneHot', oneHot],
]
