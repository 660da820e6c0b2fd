import type { TensorEntry } from '../tensorEntry'
import type { ValueInfo } from '../valueInfo'

/** A tensor stored in the model: its size, and its values where it is a small one. */
export interface StoredTensor {
  readonly entry: TensorEntry
  readonly values: readonly number[] | null
}

export interface GraphNode {
  readonly type: string
  readonly domain: string
  /** An empty name is an input or output that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, Attribute>
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly string[]
  readonly initializers: ReadonlyMap<string, StoredTensor>
  /** Shapes that the model says its inner values have. */
  readonly valueInfos: ReadonlyMap<string, ValueInfo>
  /** Nodes beyond what is read of one model, and nodes that cannot be read. */
  readonly unreadNodes: number
}

/** An attribute of a node; only what decides about shapes is kept of it. */
export type Attribute
  = | { readonly kind: 'numbers', readonly values: readonly number[] }
    | { readonly kind: 'text', readonly text: string }
    | { readonly kind: 'tensor', readonly tensor: StoredTensor }
    | { readonly kind: 'graphs', readonly graphs: readonly Graph[] }
    | { readonly kind: 'other' }
