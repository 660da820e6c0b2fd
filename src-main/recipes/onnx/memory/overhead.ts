/**
 * What ONNX Runtime 1.30 takes beside a model's weights and values. Found on Linux x64, CPU provider, one and two threads,
 * by the growth of the resident memory (VmHWM) of a fresh process that loads the library, creates one session and runs it
 * three to twenty times: a digit CNN, a file-type model, text detector, recogniser and classifier, a speech detector, and
 * chains of matrix products and of convolutions, each at several batches or picture sizes.
 *
 * A model of next to nothing took 38 MiB. Weights took 1.3 to 1.8 times their size (kernels keep copies in another order),
 * those of convolutions up to 3.3 times (they are laid out anew as well). Values took 1.4 to 3 times what is alive at most:
 * the arena grows in powers of two, and from the second run on it has a block for the whole run beside the pieces of the
 * first. Results wait for the garbage collector: two to four runs of them.
 */
const factors = { weights: 1.75, convolutionWeights: 3.3, activations: 3, outputs: 2 } as const
const perNodeMiB = 0.006
const sessionMiB = 8

/** Memory of the library itself, once in a process. */
export const libraryMiB = 35

export interface ModelNeed {
  readonly weightsMiB: number
  /** The part of the weights that convolutions use. */
  readonly convolutionMiB: number
  readonly activationsMiB: number
  readonly outputsMiB: number
  /** Nodes of the graph, those of subgraphs too. */
  readonly nodes: number
}

/** What a process needs that loads the library and runs this one model, in MiB. */
export function withRuntime({ weightsMiB, convolutionMiB, activationsMiB, outputsMiB, nodes }: ModelNeed): number {
  return libraryMiB + sessionMiB + nodes * perNodeMiB
    + (weightsMiB - convolutionMiB) * factors.weights
    + convolutionMiB * factors.convolutionWeights
    + activationsMiB * factors.activations
    + outputsMiB * factors.outputs
}
