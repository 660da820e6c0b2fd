import type { Graph } from './graph'
import type { Call } from './rule'
import type { Known } from './tensor'
import { graphAttributes } from './rule'
import { elementType, isShape } from './tensor'

/** What a walk over a graph at given sizes comes to. */
export interface Walked {
  /** Largest sum of values alive at the same time. */
  readonly peakBytes: number
  readonly outputs: readonly (Known | null)[]
}

type Walk = (graph: Graph, inputs: readonly (Known | null)[]) => Walked

/** Runs the subgraphs of a node; the largest counts, for they run one at a time. Null for a node that has none. */
export function runControl(call: Call, walk: Walk): Walked | null {
  const graphs = call.attributes.size === 0 ? [] : graphAttributes(call.attributes)
  if (graphs.length === 0)
    return null
  const inputs = call.inputs.map(input => input ?? null)
  if (call.type === 'If')
    return branch(call, walk)
  if (call.type === 'Loop' && graphs.length === 1)
    return loop(call, graphs[0], inputs, walk)
  if (call.type === 'Scan' && graphs.length === 1 && call.opset >= 9)
    return scan(call, graphs[0], inputs, walk)
  const walked = graphs.map(graph => walk(graph, []))
  return { peakBytes: largest(walked), outputs: [] }
}

/** An output is told where both branches agree, or where it is known which of them runs. */
function branch(call: Call, walk: Walk): Walked {
  const condition = call.inputs[0]?.values?.[0]
  const names = condition === undefined ? ['then_branch', 'else_branch'] : [condition ? 'then_branch' : 'else_branch']
  const walked = names.flatMap(name => attributeGraphs(call, name)).map(graph => walk(graph, []))
  const [first, ...others] = walked
  const outputs = (first?.outputs ?? []).map((output, index) => others.length === 0 || others.every(other => sameShape(output, other.outputs[index])) ? output && withoutValues(output, others.length > 0) : null)
  return { peakBytes: largest(walked), outputs }
}

/**
 * Body: (turn, condition, carried ...) -> (condition, carried ..., collected ...). Carried values keep their shape or are
 * not told; collected ones are told where the number of turns is, and nothing ends the loop earlier.
 */
function loop(call: Call, body: Graph, inputs: readonly (Known | null)[], walk: Walk): Walked {
  const carried = inputs.slice(2).map(value => value && withoutValues(value, true))
  const condition = body.inputs.length > 1 ? { type: elementType.bool, shape: [], values: [1] } : null
  const { outputs, peakBytes } = walk(body, [{ type: elementType.int64, shape: [] }, condition, ...carried])
  const [trips] = inputs[0]?.values ?? []
  const endless = outputs[0]?.values?.[0] === 1 && (call.inputs[1] === undefined || call.inputs[1]?.values?.[0] === 1)
  const kept = carried.map((value, index) => sameShape(value, outputs[index + 1] ?? null) ? value : null)
  const collected = outputs.slice(1 + carried.length).map(value => endless && trips !== undefined ? stacked(value, Math.max(trips, 0), 0) : null)
  return { peakBytes, outputs: [...kept, ...collected] }
}

/** Body: (states ..., one slice of each scanned input) -> (states ..., one slice of each collected output). */
function scan(call: Call, body: Graph, inputs: readonly (Known | null)[], walk: Walk): Walked {
  const scanned = numberList(call, 'num_scan_inputs')[0] ?? 0
  const states = inputs.slice(0, Math.max(0, inputs.length - scanned)).map(value => value && withoutValues(value, true))
  const sequences = inputs.slice(states.length)
  const axes = numberList(call, 'scan_input_axes')
  const axisOf = (value: Known, index: number) => ((axes[index] ?? 0) + value.shape.length) % value.shape.length
  const slices = sequences.map((value, index) => value && value.shape.length > 0 ? { type: value.type, shape: value.shape.toSpliced(axisOf(value, index), 1) } : null)
  const { outputs, peakBytes } = walk(body, [...states, ...slices])
  const [first] = sequences
  const steps = first && first.shape.length > 0 ? first.shape[axisOf(first, 0)] : undefined
  const outputAxes = numberList(call, 'scan_output_axes')
  const collected = outputs.slice(states.length).map((value, index) => steps === undefined ? null : stacked(value, steps, outputAxes[index] ?? 0))
  return { peakBytes, outputs: [...states.map((value, index) => sameShape(value, outputs[index] ?? null) ? value : null), ...collected] }
}

function stacked(value: Known | null, count: number, axis: number): Known | null {
  if (value === null)
    return null
  const shape = value.shape.toSpliced(axis < 0 ? axis + value.shape.length + 1 : axis, 0, count)
  return isShape(shape) ? { type: value.type, shape } : null
}

function attributeGraphs(call: Call, name: string): readonly Graph[] {
  const found = call.attributes.get(name)
  return found?.kind === 'graphs' ? found.graphs : []
}

function numberList(call: Call, name: string): readonly number[] {
  const found = call.attributes.get(name)
  return found?.kind === 'numbers' ? found.values : []
}

function sameShape(a: Known | null, b: Known | null): boolean {
  return a !== null && b !== null && a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis])
}

function withoutValues(value: Known, drop: boolean): Known {
  return drop ? { type: value.type, shape: value.shape } : value
}

function largest(walked: readonly Walked[]): number {
  return walked.reduce((most, { peakBytes }) => Math.max(most, peakBytes), 0)
}
