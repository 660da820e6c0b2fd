import type { ByteSource } from '../wire'
import type { Graph } from './graph'
import { closeSync } from 'node:fs'
import { openModelFile } from '../checkModel'
import { WireReader } from '../wire'
import { readGraph, readingLimits } from './readGraph'

/** Reads the graph of a model file that has been checked. Throws `WireError` where it cannot be read. */
export function readModelGraph(path: string): Graph {
  const { descriptor, source } = openModelFile(path)
  try {
    return readGraphFrom(source)
  }
  finally {
    closeSync(descriptor)
  }
}

/** The graph (field 7 of ModelProto) of a model, without the weights. Throws `WireError`. */
export function readGraphFrom(source: ByteSource): Graph {
  const reader = new WireReader(source)
  let graph: Graph = { nodes: [], inputs: [], outputs: [], initializers: new Map(), valueInfos: new Map(), unreadNodes: 0 }
  for (const field of reader.fields(0, source.size)) {
    if (field.no === 7)
      graph = readGraph(reader, field, readingLimits())
  }
  return graph
}
