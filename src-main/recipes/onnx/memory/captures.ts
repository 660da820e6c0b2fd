import type { Graph, GraphNode } from './graph'
import { graphAttributes } from './rule'

/** Finds the outer values that the subgraphs of a node use, each graph looked through once. */
export function createCaptures(): (node: GraphNode) => readonly string[] {
  const known = new Map<Graph, ReadonlySet<string>>()

  function ofGraph(graph: Graph): ReadonlySet<string> {
    const found = known.get(graph)
    if (found !== undefined)
      return found
    const own = new Set([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)])
    const captured = new Set<string>()
    const use = (name: string) => name !== '' && !own.has(name) && captured.add(name)
    graph.outputs.forEach(use)
    for (const node of graph.nodes) {
      node.inputs.forEach(use)
      ofNode(node).forEach(use)
    }
    known.set(graph, captured)
    return captured
  }

  function ofNode(node: GraphNode): readonly string[] {
    const graphs = node.attributes.size === 0 ? [] : graphAttributes(node.attributes)
    return graphs.flatMap(graph => [...ofGraph(graph)])
  }

  return ofNode
}
