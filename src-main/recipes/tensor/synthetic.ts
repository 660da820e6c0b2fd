import type { NumericDtype, TensorValue } from './dtypes'
import type { ModelInput } from './modelInputs'
import { TrancheError } from '../../contract/errors'
import { printable, quoted } from '../onnx/printable'
import { dtypes, elementCount, isBig, zeros } from './dtypes'
import { maxInputBytes } from './files'
import { numberToHalf } from './half'

export interface SyntheticOptions {
  readonly seed: number
  /** Position of the input within its job: each gets other values. */
  readonly index: number
  /** Sizes of axes that may vary: by the name the model gives the axis, or as `input.axis`, e.g. `x.0`. Others are 1. */
  readonly dims: Readonly<Record<string, number>>
}

/**
 * Makes up tensors of the shapes that the model declares: floats in [0, 1), integers and booleans 0 or 1 (in range as an
 * index, a mask or a token of almost any model). The same options give the same values everywhere.
 */
export function syntheticTensors(inputs: readonly ModelInput[], options: SyntheticOptions): Map<string, TensorValue> {
  return new Map(inputs.map(input => [input.name, syntheticTensor(input, options)]))
}

function syntheticTensor(input: ModelInput, options: SyntheticOptions): TensorValue {
  const shape = (input.shape ?? []).map((dim, axis) => typeof dim === 'number' ? dim : sizeOf(dim, `${input.name}.${axis}`, options.dims))
  const count = elementCount(shape)
  if (count === null || count * Math.max(dtypes[input.dtype].bytes, 8) > maxInputBytes)
    throw new TrancheError('input_too_large', `Input ${quoted(input.name)} would be ${input.dtype} [${shape.map(dim => printable(String(dim))).join(', ')}], which is too large to make up. Set smaller sizes in "dims", or give real inputs.`)
  const random = generator(`${options.seed}:${options.index}:${input.name}`)
  if (input.dtype === 'string')
    return { dtype: 'string', shape, data: Array.from({ length: count }, () => `text-${Math.floor(random() * 1000)}`) }
  return { dtype: input.dtype, shape, data: randomData(input.dtype, count, random) }
}

function sizeOf(name: string | null, position: string, dims: Readonly<Record<string, number>>): number {
  const key = [position, name].find(candidate => candidate !== null && Object.hasOwn(dims, candidate))
  return key === undefined || key === null ? 1 : dims[key] ?? 1
}

function randomData(dtype: NumericDtype, count: number, random: () => number) {
  const data = zeros(dtype, count)
  const { kind } = dtypes[dtype]
  for (let at = 0; at < count; at++) {
    const value = random()
    if (isBig(data))
      data[at] = value < 0.5 ? 0n : 1n
    else if (kind === 'float')
      data[at] = value
    else
      data[at] = kind === 'half' ? numberToHalf(value) : Number(value >= 0.5)
  }
  return data
}

/** Numbers in [0, 1) from a text: FNV-1a for the seed, then mulberry32, both of 32 bits and public domain. */
function generator(text: string): () => number {
  let state = 0x811C9DC5
  for (let at = 0; at < text.length; at++)
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  return () => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
