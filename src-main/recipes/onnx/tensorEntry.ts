import type { WireField, WireReader } from './wire'
import { WireType } from '@bufbuild/protobuf/wire'
import { elementBits, elementTypeName, stringElement } from './elementTypes'
import { quoted } from './printable'
import { int32 } from './wire'

/**
 * What a TensorProto inside a model says of itself; its weights are skipped. Field numbers from onnx.proto: dims 1,
 * data_type 2, segment 3, float_data 4, int32_data 5, string_data 6, int64_data 7, name 8, raw_data 9, double_data 10,
 * uint64_data 11, external_data 13, data_location 14.
 */
export interface TensorEntry {
  readonly name: string
  readonly elementType: number
  readonly dims: readonly bigint[]
  /** Length of raw_data, or null where there is none. */
  readonly rawBytes: number | null
  /** Bytes in the typed data fields, and how many such fields there are (strings are one field each). */
  readonly typedBytes: number
  readonly typedFields: number
  /** Key and value of each external_data entry, or null where the data is inside the model. */
  readonly external: readonly (readonly [string, string])[] | null
}

const maxDims = 256

/** float32, float64, complex64, complex128: in typed fields too they are stored at full width. */
const floatingElements: ReadonlySet<number> = new Set([1, 11, 14, 15])

export function readTensorEntry(reader: WireReader, field: WireField): TensorEntry {
  let name = ''
  let elementType = 0
  const dims: bigint[] = []
  let rawBytes: number | null = null
  let typedBytes = 0
  let typedFields = 0
  let located = 0
  const external: [string, string][] = []
  for (const part of reader.message(field)) {
    switch (part.no) {
      case 1:
        for (const dim of reader.integers(part)) {
          if (dims.length < maxDims)
            dims.push(dim)
        }
        break
      case 2: elementType = int32(part)
        break
      case 4: case 5: case 6: case 7: case 10: case 11:
        typedFields += 1
        typedBytes += part.type === WireType.Varint ? 1 : part.end - part.start
        break
      case 8: name = reader.text(part)
        break
      case 9: rawBytes = part.end - part.start
        break
      case 13: external.push(readEntry(reader, part))
        break
      case 14: located = int32(part)
        break
    }
  }
  return { name, elementType, dims, rawBytes, typedBytes, typedFields, external: located === 1 ? external : null }
}

/** A StringStringEntryProto: key 1, value 2. Strict UTF-8, because the value may name a file. */
function readEntry(reader: WireReader, field: WireField): [string, string] {
  let key = ''
  let value = ''
  for (const part of reader.message(field)) {
    if (part.no === 1)
      key = reader.text(part, true)
    else if (part.no === 2)
      value = reader.text(part, true)
  }
  return [key, value]
}

/** Bytes that the tensor's dims ask for, 0 for strings; null where the dims or the type make no sense. */
export function neededBytes(entry: TensorEntry): bigint | null {
  const bits = elementBits(entry.elementType)
  const count = elementCount(entry)
  return bits === undefined || count === null ? null : (count * BigInt(bits) + 7n) / 8n
}

/** Why the tensor cannot be what it says, or null. Shape and data are compared by length alone. */
export function tensorProblem(entry: TensorEntry): string | null {
  const shape = `[${entry.dims.slice(0, 8).join(', ')}${entry.dims.length > 8 ? ', …' : ''}]`
  const what = `tensor ${quoted(entry.name)} of ${elementTypeName(entry.elementType)} ${shape}`
  const count = elementCount(entry)
  const needed = neededBytes(entry)
  if (count === null)
    return `${what} has an impossible shape`
  if (needed === null || entry.external !== null)
    return null
  if (entry.elementType === stringElement)
    return BigInt(entry.typedFields) === count ? null : `${what} holds ${entry.typedFields} strings`
  if (entry.rawBytes !== null && entry.rawBytes > 0)
    return BigInt(entry.rawBytes) === needed ? null : `${what} needs ${needed} bytes and holds ${entry.rawBytes}`
  // Integers are varints, as little as one byte each (or one for two 4-bit ones), so only too few is certain.
  const least = floatingElements.has(entry.elementType) || needed < count ? needed : count
  return BigInt(entry.typedBytes) >= least ? null : `${what} needs at least ${least} bytes and holds ${entry.typedBytes}`
}

function elementCount(entry: TensorEntry): bigint | null {
  let count = 1n
  for (const dim of entry.dims) {
    if (dim < 0n)
      return null
    count *= dim
    if (count > BigInt(Number.MAX_SAFE_INTEGER))
      return null
  }
  return entry.dims.length < maxDims ? count : null
}
