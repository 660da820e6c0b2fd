import type { TensorValue } from './dtypes'
import type { Values } from './runtimeTensor'
import { dtypes } from './dtypes'
import { halfToNumber } from './half'

/** Rounding stays far below this part of a tensor's largest value, also on GPUs; a mix-up of inputs is far above it. */
const tolerance = { single: 1e-3, half: 2e-2 } as const

/** Whether two runs of a model on the same input gave the same, but for rounding. */
export function sameValues(left: Values, right: Values): boolean {
  return left.size === right.size && [...left].every(([name, value]) => {
    const other = right.get(name)
    return other !== undefined && (value === null || other === null ? value === other : sameTensor(value, other))
  })
}

function sameTensor(left: TensorValue, right: TensorValue): boolean {
  if (left.dtype !== right.dtype || left.shape.join() !== right.shape.join())
    return false
  const kind = dtypes[left.dtype].kind
  if (kind !== 'float' && kind !== 'half')
    return left.data.every((element, at) => element === right.data[at])
  const number = kind === 'half' ? halfToNumber : Number
  const [a, b] = [left, right].map(({ data }) => Float64Array.from(data as ArrayLike<number>, value => number(Number(value))))
  const largest = b.reduce((most, value) => Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most, 0)
  const most = largest * (kind === 'half' ? tolerance.half : tolerance.single)
  return a.every((value, at) => Object.is(value, b[at]) || value === b[at] || Math.abs(value - b[at]) <= most)
}
