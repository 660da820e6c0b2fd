import type { Walked } from './control'
import type { Graph, GraphNode } from './graph'
import type { Step } from './liveness'
import type { Dependent } from './order'
import type { Known } from './tensor'
import { createCaptures } from './captures'
import { runControl } from './control'
import { largestLive } from './liveness'
import { stored } from './operators/sources'
import { topologicalOrder } from './order'
import { untoldSignal } from './rule'
import { ruleOf } from './rules'
import { declared } from './symbols'
import { bytesOf } from './tensor'

export interface WalkOptions {
  readonly opsets: ReadonlyMap<string, number>
  /** Sizes of named axes. */
  readonly symbols: ReadonlyMap<string, number>
  /** Hears of each node with an output whose size is not told. */
  readonly unknown: (operator: string, count: number) => void
}

/** Values by name; null for those that are not known. */
type Scope = (name: string) => Known | null

/**
 * Follows shapes through a graph, given its inputs in order, and finds the most memory that its values take together.
 * Stored tensors and constants are weights and take nothing here. Never throws for what a graph says.
 */
export function walkModel(graph: Graph, inputs: readonly (Known | null)[], options: WalkOptions): Walked {
  const capturesOf = createCaptures()

  function walk(graph: Graph, given: readonly (Known | null)[], outer: Scope): Walked {
    const values = new Map<string, Known | null>()
    for (const [index, { name }] of graph.inputs.entries())
      values.set(name, given[index] ?? null)
    for (const [name, tensor] of graph.initializers)
      values.set(name, stored(tensor))
    const scope: Scope = name => values.has(name) ? values.get(name) ?? null : outer(name)
    const bytes = new Map<string, number>()
    const inputNames = graph.inputs.map(({ name }) => name).filter(name => !graph.initializers.has(name))
    for (const name of inputNames)
      bytes.set(name, sizeOf(values.get(name)))

    const dependents = graph.nodes.map((node): Dependent => ({ needs: [...node.inputs, ...capturesOf(node)], makes: node.outputs }))
    const steps: Step[] = []
    for (const index of topologicalOrder(dependents)) {
      const node = graph.nodes[index]
      const { outputs, peakBytes } = run(node, scope)
      let untoldOutputs = 0
      for (const [at, name] of node.outputs.entries()) {
        if (name === '' || values.has(name))
          continue
        const value = outputs[at] ?? declared(graph.valueInfos.get(name), options.symbols)
        values.set(name, value)
        if (node.type !== 'Constant')
          bytes.set(name, sizeOf(value))
        untoldOutputs += value === null ? 1 : 0
      }
      if (untoldOutputs > 0)
        options.unknown(node.type, 1)
      steps.push({ reads: dependents[index].needs, makes: node.outputs, extraBytes: peakBytes })
    }
    if (graph.unreadNodes > 0)
      options.unknown('(not read)', graph.unreadNodes)
    return { peakBytes: largestLive(steps, bytes, inputNames, graph.outputs), outputs: graph.outputs.map(scope) }
  }

  function run(node: GraphNode, scope: Scope): Walked {
    const inputs = node.inputs.map(name => name === '' ? undefined : scope(name))
    const opset = options.opsets.get(node.domain) ?? options.opsets.get('') ?? 1
    const call = { type: node.type, opset, inputs, outputCount: node.outputs.length, attributes: node.attributes }
    const control = runControl(call, (graph, given) => walk(graph, given, scope))
    if (control !== null)
      return control
    return { peakBytes: 0, outputs: told(() => ruleOf(node.domain, node.type)?.(call) ?? []) }
  }

  return walk(graph, inputs, () => null)
}

function sizeOf(value: Known | null | undefined): number {
  return value ? bytesOf(value) : 0
}

function told(rule: () => readonly (Known | null)[]): readonly (Known | null)[] {
  try {
    return rule()
  }
  catch (error) {
    if (error === untoldSignal)
      return []
    throw error
  }
}
