import type { ValueInfo } from '../onnx/valueInfo'
import type { BigArray, NumberArray, NumericDtype, TensorValue } from './dtypes'
import type { ModelInput } from './modelInputs'
import type { Feeds, Values } from './runtimeTensor'
import { quoted } from '../onnx/printable'
import { isBig, zeros } from './dtypes'

/**
 * Why inputs of a model cannot be put together along their first dimension, in words, or null where its graph lets them:
 * that dimension has to vary in every input and output, and inputs that name theirs have to give it one name.
 */
export function stackingProblem(inputs: readonly ModelInput[], outputs: readonly Pick<ValueInfo, 'name' | 'shape'>[]): string | null {
  if (inputs.length === 0)
    return 'it has no inputs'
  for (const [kind, values] of [['input', inputs], ['output', outputs]] as const) {
    for (const { name, shape } of values) {
      if (shape?.length === 0)
        return `its ${kind} ${quoted(name)} has no dimensions`
      const first = shape?.[0]
      if (typeof first === 'number')
        return `the first dimension of its ${kind} ${quoted(name)} is always ${first}`
    }
  }
  const names = new Set(inputs.flatMap(({ shape }) => shape?.[0] ?? []))
  return names.size > 1 ? `the first dimensions of its inputs are different ones: ${[...names].map(name => quoted(String(name))).join(', ')}` : null
}

/** Rows of one member of a stack: the first dimension that its tensors share. Null where they do not, or are empty. */
export function rowsOf(feeds: Feeds): number | null {
  const rows = new Set([...feeds.values()].map(({ shape }) => shape[0]))
  const [first] = rows
  return rows.size === 1 && first !== undefined && first > 0 ? first : null
}

/** Equal for members that can be stacked: names, dtypes and all dimensions but the first. Null for one that cannot. */
export function stackKey(feeds: Feeds): string | null {
  if (rowsOf(feeds) === null)
    return null
  const parts = [...feeds].map(([name, { dtype, shape }]) => [name, dtype, ...shape.slice(1)])
  return JSON.stringify(parts.sort(([a], [b]) => String(a) < String(b) ? -1 : 1))
}

/** Members of one `stackKey`, put together in their order along the first dimension. */
export function stack(members: readonly Feeds[]): Feeds {
  const [first] = members
  const stacked = new Map<string, TensorValue>()
  for (const name of first?.keys() ?? []) {
    const parts = members.flatMap(member => member.get(name) ?? [])
    stacked.set(name, joined(parts))
  }
  return stacked
}

/**
 * What a stack gave, for each member its own rows. Null where an output does not have one row for each row that went in: then
 * it cannot be told whose is whose.
 */
export function unstack(values: Values, rows: readonly number[]): readonly Values[] | null {
  const total = rows.reduce((sum, count) => sum + count, 0)
  for (const value of values.values()) {
    if (value === null || value.shape[0] !== total)
      return null
  }
  let from = 0
  return rows.map((count) => {
    const start = from
    from += count
    return new Map([...values].map(([name, value]) => [name, value && rowsFrom(value, start, count)]))
  })
}

function joined(parts: readonly TensorValue[]): TensorValue {
  const [first] = parts
  if (first === undefined)
    throw new RangeError('There is nothing to join.')
  const shape = [parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0), ...first.shape.slice(1)]
  if (first.dtype === 'string')
    return { dtype: 'string', shape, data: parts.flatMap(part => part.dtype === 'string' ? part.data : []) }
  return { dtype: first.dtype, shape, data: joinedNumbers(first.dtype, parts.flatMap(part => part.dtype === 'string' ? [] : [part.data])) }
}

function joinedNumbers(dtype: NumericDtype, parts: readonly (NumberArray | BigArray)[]): NumberArray | BigArray {
  const data = zeros(dtype, parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    if (isBig(data) && isBig(part))
      data.set(part, at)
    else if (!isBig(data) && !isBig(part))
      data.set(part, at)
    at += part.length
  }
  return data
}

/** A copy: a view would keep, and send, the whole stack for one member. */
function rowsFrom(value: TensorValue, start: number, count: number): TensorValue {
  const width = value.data.length / (value.shape[0] ?? 1)
  const shape = [count, ...value.shape.slice(1)]
  const [begin, end] = [start * width, (start + count) * width]
  return value.dtype === 'string'
    ? { dtype: 'string', shape, data: value.data.slice(begin, end) }
    : { dtype: value.dtype, shape, data: value.data.slice(begin, end) }
}
