import type { WireField, WireReader } from './wire'
import { elementTypeName } from './elementTypes'
import { printable, quoted } from './printable'
import { expectType, int32 } from './wire'

type ValueKind = 'tensor' | 'sparse tensor' | 'sequence' | 'map' | 'optional' | 'opaque' | 'untyped'

/** An input or output of a model's graph. */
export interface ValueInfo {
  readonly name: string
  readonly kind: ValueKind
  /** ONNX element type code of a tensor, 0 where none is given. */
  readonly elementType: number
  /** Each axis: its size, the name of a size that varies, or null for a nameless one. Null where the rank is unknown. */
  readonly shape: readonly (number | string | null)[] | null
}

/** Fields of TypeProto that tell what a value is. */
const kinds: ReadonlyMap<number, ValueKind> = new Map([
  [1, 'tensor'],
  [4, 'sequence'],
  [5, 'map'],
  [7, 'opaque'],
  [8, 'sparse tensor'],
  [9, 'optional'],
])

/** Reads a ValueInfoProto: name 1, type 2. */
export function readValueInfo(reader: WireReader, field: WireField): ValueInfo {
  let info: ValueInfo = { name: '', kind: 'untyped', elementType: 0, shape: null }
  for (const part of reader.message(field)) {
    if (part.no === 1)
      info = { ...info, name: reader.text(part) }
    else if (part.no === 2)
      info = { ...info, ...readType(reader, part) }
  }
  return info
}

/** A short description for people, e.g. `"x" float32 [batch, 3]`. */
export function describeValue(value: ValueInfo): string {
  const shape = value.shape === null ? '' : ` [${value.shape.map(dim => dim === null ? '?' : printable(String(dim))).join(', ')}]`
  const type = value.kind === 'tensor' ? `${elementTypeName(value.elementType)}${shape}` : value.kind
  return `${quoted(value.name)} ${type}`
}

function readType(reader: WireReader, field: WireField): Partial<ValueInfo> {
  let type: Partial<ValueInfo> = {}
  for (const part of reader.message(field)) {
    const kind = kinds.get(part.no)
    if (kind !== undefined)
      type = kind === 'tensor' ? { kind, ...readTensorType(reader, part) } : { kind }
  }
  return type
}

/** TypeProto.Tensor: elem_type 1, shape 2 (TensorShapeProto: dim 1). */
function readTensorType(reader: WireReader, field: WireField): Partial<ValueInfo> {
  let elementType = 0
  let shape: (number | string | null)[] | null = null
  for (const part of reader.message(field)) {
    if (part.no === 1) {
      elementType = int32(part)
    }
    else if (part.no === 2) {
      shape ??= []
      for (const dim of reader.message(part)) {
        if (dim.no === 1)
          shape.push(readDim(reader, dim))
      }
    }
  }
  return { elementType, shape }
}

/** TensorShapeProto.Dimension: dim_value 1, dim_param 2. Some exporters write -1 for a size that varies. */
function readDim(reader: WireReader, field: WireField): number | string | null {
  let dim: number | string | null = null
  for (const part of reader.message(field)) {
    if (part.no === 1) {
      expectType(part, 0)
      dim = part.value < 0n ? null : Number(part.value)
    }
    else if (part.no === 2) {
      dim = reader.text(part) || null
    }
  }
  return dim
}
