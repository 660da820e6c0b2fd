import type { MemoryEstimate } from '../../../contract/model'
import type { ModelHeader } from '../header'
import type { Graph } from './graph'
import type { Sizes } from './symbols'
import { TrancheError } from '../../../contract/errors'
import { checkModelFile } from '../checkModel'
import { printable } from '../printable'
import { WireError } from '../wire'
import { contentsOf } from './contents'
import { libraryMiB, withRuntime } from './overhead'
import { readModelGraph } from './readModel'
import { settleInputs } from './symbols'
import { bytesOf } from './tensor'
import { walkModel } from './walk'

const mostNamed = 10
const mebibyte = 2 ** 20

/** Estimates one model at any sizes; the file is read once. */
export type Estimator = (sizes: Sizes) => MemoryEstimate

/**
 * The memory that a model file needs on a slice for inputs of the given sizes, from its graph alone: nothing is loaded,
 * and it takes time linear in the nodes. What the graph does not tell is counted in `unknownNodes` and not in the sums.
 * Throws `bad_model` where the file is not a model that can run here.
 */
export async function estimateModel(path: string, sizes: Sizes): Promise<MemoryEstimate> {
  return (await openEstimator(path))(sizes)
}

/** As `estimateModel`, for several sizes of one model. */
export async function openEstimator(path: string): Promise<Estimator> {
  return estimatorOf(path, await checkModelFile(path))
}

/** As `openEstimator`, for a file that `checkModelFile` has accepted. Throws `bad_model` where its graph cannot be read. */
export function estimatorOf(path: string, header: ModelHeader): Estimator {
  const graph = readable(path)
  return sizes => estimate(header, graph, sizes)
}

/**
 * The estimates of the model files by role, and what a worker needs that has them all loaded. Roles whose file is no model
 * (a dictionary) are to be left out by the caller. Throws `bad_model`.
 */
export async function estimateFiles(files: Readonly<Record<string, string>>, sizes: Sizes): Promise<{ readonly files: readonly { readonly role: string, readonly estimate: MemoryEstimate }[], readonly totalMiB: number }> {
  const estimated: { role: string, estimate: MemoryEstimate }[] = []
  for (const [role, path] of Object.entries(files))
    estimated.push({ role, estimate: await estimateModel(path, sizes) })
  // The library is there once, however many models it runs.
  const totalMiB = estimated.reduce((sum, { estimate }) => sum + estimate.totalMiB - libraryMiB, libraryMiB)
  return { files: estimated, totalMiB }
}

function readable(path: string): Graph {
  try {
    return readModelGraph(path)
  }
  catch (error) {
    if (!(error instanceof WireError))
      throw error
    throw new TrancheError('bad_model', `${printable(path)} is damaged: ${printable(error.message)}. Download or export it again.`, { details: { path } })
  }
}

function estimate(header: ModelHeader, graph: Graph, sizes: Sizes): MemoryEstimate {
  const unknown = new Map<string, number>()
  // A stored tensor of the same name makes an input one that nobody gives.
  const open = graph.inputs.filter(({ name }) => !graph.initializers.has(name))
  const { inputs, symbols } = settleInputs(open, sizes)
  const { peakBytes, outputs } = walkModel({ ...graph, inputs: open }, inputs, {
    opsets: new Map(header.opsets.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, version])),
    symbols,
    unknown: (operator, count) => unknown.set(operator, (unknown.get(operator) ?? 0) + count),
  })
  const weightsMiB = header.weightBytes / mebibyte
  const activationsMiB = peakBytes / mebibyte
  const { nodes, convolutionBytes } = contentsOf(graph)
  const outputBytes = outputs.reduce((sum, output) => sum + (output === null ? 0 : bytesOf(output)), 0)
  return {
    weightsMiB,
    activationsMiB,
    totalMiB: withRuntime({ weightsMiB, convolutionMiB: Math.min(convolutionBytes / mebibyte, weightsMiB), activationsMiB, outputsMiB: outputBytes / mebibyte, nodes }),
    batch: sizes.batch,
    unknownNodes: [...unknown.values()].reduce((sum, count) => sum + count, 0),
    unknownOperators: [...unknown].sort(([, a], [, b]) => b - a).slice(0, mostNamed).map(([operator]) => printable(operator)),
  }
}
