import type { TensorEntry } from './tensorEntry'
import type { WireField, WireReader } from './wire'
import { readTensorEntry } from './tensorEntry'
import { WireError } from './wire'

/** What a walk over a graph meets, in file order. */
export interface GraphVisitor {
  /** Every tensor stored in the model: initialisers, constants, those of subgraphs and of local functions. */
  readonly tensor: (entry: TensorEntry, role: 'initializer' | 'inner') => void
  readonly operator: (domain: string, type: string) => void
  /** A ValueInfoProto of the outermost graph. */
  readonly input: (field: WireField) => void
  readonly output: (field: WireField) => void
}

/** protobuf itself gives up at 100 levels, and a subgraph is three of them: graph, node, attribute. */
const maxDepth = 33

/** Walks a GraphProto (onnx.proto: node 1, initializer 5, input 11, output 12, sparse_initializer 15). */
export function walkGraph(reader: WireReader, graph: WireField, visitor: GraphVisitor, depth = 0): void {
  if (depth > maxDepth)
    throw new WireError(`its graphs are nested more than ${maxDepth} deep`)
  for (const field of reader.message(graph)) {
    switch (field.no) {
      case 1: walkNode(reader, field, visitor, depth)
        break
      case 5: visitor.tensor(readTensorEntry(reader, field), depth === 0 ? 'initializer' : 'inner')
        break
      case 11: if (depth === 0)
        visitor.input(field)
        break
      case 12: if (depth === 0)
        visitor.output(field)
        break
      case 15: walkSparse(reader, field, visitor, depth === 0 ? 'initializer' : 'inner')
        break
    }
  }
}

/** Walks a FunctionProto's nodes (7) and default attributes (11); returns its name (1) and domain (10). */
export function walkFunction(reader: WireReader, fn: WireField, visitor: GraphVisitor): { readonly domain: string, readonly name: string } {
  let domain = ''
  let name = ''
  for (const field of reader.message(fn)) {
    switch (field.no) {
      case 1: name = reader.text(field)
        break
      case 7: walkNode(reader, field, visitor, 1)
        break
      case 10: domain = reader.text(field)
        break
      case 11: walkAttribute(reader, field, visitor, 1)
        break
    }
  }
  return { domain, name }
}

/** NodeProto: op_type 4, attribute 5, domain 7. */
function walkNode(reader: WireReader, node: WireField, visitor: GraphVisitor, depth: number): void {
  let type = ''
  let domain = ''
  for (const field of reader.message(node)) {
    if (field.no === 4)
      type = reader.text(field)
    else if (field.no === 5)
      walkAttribute(reader, field, visitor, depth)
    else if (field.no === 7)
      domain = reader.text(field)
  }
  visitor.operator(domain, type)
}

/** AttributeProto: t 5, g 6, tensors 10, graphs 11, sparse_tensor 22, sparse_tensors 23. */
function walkAttribute(reader: WireReader, attribute: WireField, visitor: GraphVisitor, depth: number): void {
  const once = onlyOnce()
  for (const field of reader.message(attribute)) {
    if (field.no === 5 || field.no === 6 || field.no === 22)
      once(field.no)
    if (field.no === 5 || field.no === 10)
      visitor.tensor(readTensorEntry(reader, field), 'inner')
    else if (field.no === 6 || field.no === 11)
      walkGraph(reader, field, visitor, depth + 1)
    else if (field.no === 22 || field.no === 23)
      walkSparse(reader, field, visitor, 'inner')
  }
}

/** SparseTensorProto: values 1 (its name is the tensor's), indices 2. */
function walkSparse(reader: WireReader, sparse: WireField, visitor: GraphVisitor, role: 'initializer' | 'inner'): void {
  const once = onlyOnce()
  for (const field of reader.message(sparse)) {
    if (field.no !== 1 && field.no !== 2)
      continue
    once(field.no)
    visitor.tensor(readTensorEntry(reader, field), field.no === 1 ? role : 'inner')
  }
}

/**
 * protobuf merges a single message that is written twice, so halves that look harmless apart could join into
 * external data nobody checked. No writer does that; it is refused.
 */
export function onlyOnce(): (no: number) => void {
  const seen = new Set<number>()
  return (no) => {
    if (seen.has(no))
      throw new WireError(`field ${no} is there twice`)
    seen.add(no)
  }
}
