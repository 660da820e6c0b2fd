import type { Graph } from './graph'
import { neededBytes } from '../tensorEntry'
import { graphAttributes } from './rule'

/** What a graph and its subgraphs hold together. */
export interface GraphContents {
  readonly nodes: number
  /** Bytes of stored tensors that convolutions use. */
  readonly convolutionBytes: number
}

/** Counts nodes and weights of convolutions; each stored tensor once. Stored tensors of outer graphs are looked up there. */
export function contentsOf(graph: Graph): GraphContents {
  const counted = new Set<string>()
  let nodes = 0
  let convolutionBytes = 0

  function count(graph: Graph, outer: readonly Graph[]): void {
    const scopes = [graph, ...outer]
    for (const node of graph.nodes) {
      nodes += 1
      const weight = node.inputs[1]
      if (node.type.includes('Conv') && weight !== undefined && !counted.has(weight)) {
        counted.add(weight)
        const stored = scopes.find(({ initializers }) => initializers.has(weight))?.initializers.get(weight)
        convolutionBytes += stored === undefined ? 0 : Number(neededBytes(stored.entry) ?? 0n)
      }
      for (const subgraph of graphAttributes(node.attributes))
        count(subgraph, scopes)
    }
  }

  count(graph, [])
  return { nodes, convolutionBytes }
}
