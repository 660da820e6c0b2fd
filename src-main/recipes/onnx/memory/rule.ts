import type { Attribute, Graph, StoredTensor } from './graph'
import type { Known } from './tensor'
import { isShape, mostAxes } from './tensor'

/** What an operator's rule is asked: the node with what is known of its inputs. */
export interface Call {
  readonly type: string
  /** Version of the operator set that the node's domain has in this model. */
  readonly opset: number
  /** Null for an input that is not known; undefined for one that is left out. */
  readonly inputs: readonly (Known | null | undefined)[]
  readonly outputCount: number
  readonly attributes: ReadonlyMap<string, Attribute>
}

/** The outputs of a node in order, null where the graph does not tell. Calls `untold` where it tells nothing at all. */
export type Rule = (call: Call) => readonly (Known | null)[]

/** Thrown by rules, and caught where they are called: what is asked cannot be told from the graph. */
export const untoldSignal = new Error('the graph does not tell')

export function untold(): never {
  throw untoldSignal
}

/** An input that has to be known. */
export function input(call: Call, index: number): Known {
  return call.inputs[index] ?? untold()
}

/** An input that may be left out, and has to be known where it is not. */
export function optional(call: Call, index: number): Known | undefined {
  const found = call.inputs[index]
  return found === null ? untold() : found
}

/** The values of an input that may be left out. */
export function optionalValues(call: Call, index: number): readonly number[] | undefined {
  const found = optional(call, index)
  return found === undefined ? undefined : found.values ?? untold()
}

export function values(call: Call, index: number): readonly number[] {
  return input(call, index).values ?? untold()
}

/** A number attribute: its value, or `otherwise` where it is absent. */
export function number(call: Call, name: string, otherwise: number): number {
  const found = numbers(call, name)
  // Writers of proto3 leave a zero out and write the attribute's name alone.
  return found === undefined ? otherwise : found[0] ?? 0
}

export function numbers(call: Call, name: string): readonly number[] | undefined {
  const found = call.attributes.get(name)
  if (found === undefined)
    return undefined
  return found.kind === 'numbers' ? found.values : untold()
}

export function text(call: Call, name: string, otherwise: string): string {
  const found = call.attributes.get(name)
  return found?.kind === 'text' ? found.text : otherwise
}

export function tensorAttribute(call: Call, name: string): StoredTensor | undefined {
  const found = call.attributes.get(name)
  return found?.kind === 'tensor' ? found.tensor : undefined
}

export function graphAttributes(attributes: ReadonlyMap<string, Attribute>): readonly Graph[] {
  return [...attributes.values()].flatMap(attribute => attribute.kind === 'graphs' ? attribute.graphs : [])
}

/** An axis as counted from the front: -1 is the last. */
export function axisOf(axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis
  return Number.isInteger(counted) && counted >= 0 && counted < rank ? counted : untold()
}

/** A list with an entry an axis: no longer than a tensor has axes. */
function anEntryAnAxis(list: readonly number[]): readonly number[] {
  return list.length <= mostAxes ? list : untold()
}

/** Sizes that someone computed, where they can be those of a tensor. */
export function sizes(computed: readonly number[]): readonly number[] {
  return isShape(computed) ? computed : untold()
}

/** Axes given as an attribute in older operator sets and as an input in newer ones. */
export function axesOf(call: Call, inputIndex: number): readonly number[] | undefined {
  const axes = numbers(call, 'axes') ?? optionalValues(call, inputIndex)
  return axes === undefined ? undefined : anEntryAnAxis(axes)
}
