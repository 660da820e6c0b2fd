import { closeSync } from 'node:fs'
import { openModelFile } from '../../../recipes/onnx/checkModel'
import { walkFunction, walkGraph } from '../../../recipes/onnx/graph'
import { WireReader } from '../../../recipes/onnx/wire'

export interface ModelNodes {
  /** Nodes of the graph and of its subgraphs by their kind, as written in the file. */
  readonly operators: ReadonlyMap<string, number>
  /** Whether a node may run any number of times in one run. */
  readonly hasLoops: boolean
  /** Whether some of its tensors lie in other files. */
  readonly hasExternalData: boolean
}

/** A hostile graph could name a kind of its own in each of a million nodes. */
const mostKinds = 1000
const loops = new Set(['Loop', 'Scan', 'SequenceMap'])

/** Reads the nodes of a model without its weights. Throws for a file that is no model. */
export function readModelNodes(path: string): ModelNodes {
  const { descriptor, source } = openModelFile(path)
  try {
    const operators = new Map<string, number>()
    let hasLoops = false
    let hasExternalData = false
    const inFunction = {
      tensor: ({ external }: { readonly external: unknown }) => void (hasExternalData ||= external !== null),
      operator: (_: string, type: string) => void (hasLoops ||= loops.has(type)),
      input: () => {},
      output: () => {},
    }
    const inGraph = {
      ...inFunction,
      operator(domain: string, type: string) {
        inFunction.operator(domain, type)
        if (operators.has(type) || operators.size < mostKinds)
          operators.set(type, (operators.get(type) ?? 0) + 1)
      },
    }
    const reader = new WireReader(source)
    for (const field of reader.fields(0, source.size)) {
      // ModelProto: graph 7, functions 25.
      if (field.no === 7)
        walkGraph(reader, field, inGraph)
      else if (field.no === 25)
        walkFunction(reader, field, inFunction)
    }
    return { operators, hasLoops, hasExternalData }
  }
  finally {
    closeSync(descriptor)
  }
}
