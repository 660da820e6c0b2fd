import type { TensorEntry } from '../tensorEntry'
import type { ValueInfo } from '../valueInfo'
import type { WireField, WireReader } from '../wire'
import type { Attribute, Graph, GraphNode, StoredTensor } from './graph'
import { readTensorEntry } from '../tensorEntry'
import { readValueInfo } from '../valueInfo'
import { WireError } from '../wire'
import { readAttribute } from './readAttribute'
import { readSmallTensor } from './smallTensor'

/** What may still be read of one model: far more than any real one has, and little enough to hold in memory. */
export interface ReadingLimits {
  nodes: number
  characters: number
}

export const readingLimits = (): ReadingLimits => ({ nodes: 100_000, characters: 64 * 1024 * 1024 })

/**
 * Reads a GraphProto (onnx.proto: node 1, initializer 5, input 11, output 12, value_info 13, sparse_initializer 15) with
 * the values of small tensors alone. Throws `WireError` where the bytes are malformed.
 */
export function readGraph(reader: WireReader, graph: WireField, limits: ReadingLimits): Graph {
  const nodes: GraphNode[] = []
  const inputs: ValueInfo[] = []
  const outputs: string[] = []
  const initializers = new Map<string, StoredTensor>()
  const valueInfos = new Map<string, ValueInfo>()
  let unreadNodes = 0
  for (const field of reader.message(graph)) {
    if (field.no === 1) {
      const node = readNode(reader, field, limits)
      if (node === null)
        unreadNodes += 1
      else
        nodes.push(node)
    }
    else if (field.no === 5) {
      const entry = readTensorEntry(reader, field)
      initializers.set(entry.name, { entry, values: readSmallTensor(reader, field, entry) })
    }
    else if (field.no === 11) {
      inputs.push(readValueInfo(reader, field))
    }
    else if (field.no === 12) {
      const value = readValueInfo(reader, field)
      outputs.push(value.name)
      valueInfos.set(value.name, value)
    }
    else if (field.no === 13 && limits.characters > 0) {
      const value = readValueInfo(reader, field)
      limits.characters -= value.name.length + 100
      valueInfos.set(value.name, value)
    }
    else if (field.no === 15) {
      const entry = readSparse(reader, field)
      if (entry !== null)
        initializers.set(entry.name, { entry, values: null })
    }
  }
  return { nodes, inputs, outputs, initializers, valueInfos, unreadNodes }
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5, domain 7. Null beyond the limits, or where a name in it is none. */
function readNode(reader: WireReader, node: WireField, limits: ReadingLimits): GraphNode | null {
  if (limits.nodes <= 0 || limits.characters <= 0)
    return null
  limits.nodes -= 1
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes = new Map<string, Attribute>()
  let type = ''
  let domain = ''
  try {
    for (const field of reader.message(node)) {
      // Each kept field weighs something even if its text is empty.
      limits.characters -= Math.min(field.end - field.start, 64 * 1024) + 8
      switch (field.no) {
        case 1: inputs.push(reader.text(field))
          break
        case 2: outputs.push(reader.text(field))
          break
        case 4: type = reader.text(field)
          break
        case 5: {
          const { name, attribute } = readAttribute(reader, field, graph => readGraph(reader, graph, limits))
          attributes.set(name, attribute)
          break
        }
        case 7: domain = reader.text(field)
          break
      }
    }
  }
  catch (error) {
    if (error instanceof WireError)
      return null
    throw error
  }
  return { type, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes }
}

/** SparseTensorProto: values 1 (its name is the tensor's), dims 3. The dense form is what ONNX Runtime makes of it. */
function readSparse(reader: WireReader, sparse: WireField): TensorEntry | null {
  let values: TensorEntry | null = null
  const dims: bigint[] = []
  for (const field of reader.message(sparse)) {
    if (field.no === 1)
      values = readTensorEntry(reader, field)
    else if (field.no === 3 && dims.length < 256)
      dims.push(...[...reader.integers(field)].slice(0, 256))
  }
  return values === null ? null : { ...values, dims }
}
