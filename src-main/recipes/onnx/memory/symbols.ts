import type { ValueInfo } from '../valueInfo'
import type { Known } from './tensor'
import { isShape } from './tensor'

/** Sizes asked about for axes that the model leaves open. */
export interface Sizes {
  /** Size of the first axis of each input, where it is open. */
  readonly batch: number
  /** Sizes of open axes by the name that the model gives the axis, or as `input.axis`, e.g. `x.2`. */
  readonly dims: Readonly<Record<string, number>>
}

/**
 * The inputs of a model at given sizes, and the sizes of all axis names that its inputs settle. An open axis that is not
 * named in `dims` is the batch where it is the first (or has the name of one that is), and 1 otherwise.
 */
export function settleInputs(inputs: readonly ValueInfo[], { batch, dims }: Sizes): { readonly inputs: readonly (Known | null)[], readonly symbols: ReadonlyMap<string, number> } {
  const symbols = new Map(Object.entries(dims))
  for (const { shape } of inputs) {
    const first = shape?.[0]
    if (typeof first === 'string' && !symbols.has(first))
      symbols.set(first, batch)
  }
  const sizeOf = (input: ValueInfo, size: number | string | null, axis: number): number => {
    if (typeof size === 'number')
      return size
    const here = symbols.get(`${input.name}.${axis}`) ?? (size === null ? undefined : symbols.get(size)) ?? (axis === 0 ? batch : 1)
    if (size !== null && !symbols.has(size))
      symbols.set(size, here)
    return here
  }
  return {
    inputs: inputs.map(input => settled(input, input.shape?.map((size, axis) => sizeOf(input, size, axis)))),
    symbols,
  }
}

/** What the model itself says of an inner value, where all of its sizes are settled. */
export function declared(info: ValueInfo | undefined, symbols: ReadonlyMap<string, number>): Known | null {
  const shape = info?.shape?.map(size => typeof size === 'string' ? symbols.get(size) ?? -1 : size ?? -1)
  return info === undefined ? null : settled(info, shape)
}

function settled(info: ValueInfo, shape: readonly number[] | undefined): Known | null {
  return info.kind === 'tensor' && shape !== undefined && isShape(shape) ? { type: info.elementType, shape } : null
}
