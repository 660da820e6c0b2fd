import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** Payloads of the numeric fields of a TensorProto, unread: packed, or one by one. */
export interface TypedPayload {
  /** float_data 4, int32_data 5, int64_data 7, double_data 10, uint64_data 11. */
  readonly no: number
  readonly wire: WireType
  readonly bytes: Uint8Array
}

/** The fields of a TensorProto as they lie in the message, nothing checked against each other yet. */
export interface ProtoFields {
  readonly name: string
  readonly elementType: number
  readonly dims: readonly bigint[]
  readonly raw: Uint8Array | null
  readonly strings: readonly string[]
  readonly typed: readonly TypedPayload[]
  readonly external: boolean
  readonly segmented: boolean
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }

const maxAxes = 64

/** Splits a TensorProto into its fields; null where the bytes are not one. */
export function readProtoFields(bytes: Uint8Array): ProtoFields | null {
  const fields: Writable<ProtoFields> = { name: '', elementType: 0, dims: [], raw: null, strings: [], typed: [], external: false, segmented: false }
  const reader = new BinaryReader(bytes)
  try {
    while (reader.pos < reader.len) {
      const [no, wire] = reader.tag()
      readField(reader, no, wire, fields)
      if (reader.pos > reader.len || fields.dims.length > maxAxes)
        return null
    }
  }
  catch {
    // The library throws plain errors for bad bytes; whichever it is, this is no tensor.
    return null
  }
  return fields.elementType === 0 ? null : fields
}

function readField(reader: BinaryReader, no: number, wire: WireType, fields: Writable<ProtoFields>): void {
  switch (no) {
    case 1: fields.dims.push(...integers(reader, wire))
      break
    case 2: fields.elementType = only(wire, WireType.Varint) && reader.int32()
      break
    case 3: fields.segmented = true
      reader.skip(wire, no)
      break
    case 4: case 5: case 7: case 10: case 11: fields.typed.push(payload(reader, no, wire))
      break
    case 6: fields.strings.push(textOf(reader, wire))
      break
    case 8: fields.name = textOf(reader, wire)
      break
    case 9: fields.raw = bytesOf(reader, wire)
      break
    case 13: fields.external = true
      reader.skip(wire, no)
      break
    // Read in any case: the reader has to move past it.
    case 14: fields.external = (only(wire, WireType.Varint) && reader.int32() !== 0) || fields.external
      break
    default: reader.skip(wire, no)
  }
}

function integers(reader: BinaryReader, wire: WireType): bigint[] {
  if (wire === WireType.Varint)
    return [BigInt(reader.int64())]
  const packed = new BinaryReader(bytesOf(reader, wire))
  const values: bigint[] = []
  while (packed.pos < packed.len && values.length <= maxAxes)
    values.push(BigInt(packed.int64()))
  return values
}

/** The payload alone, without the length in front of a packed one. */
function payload(reader: BinaryReader, no: number, wire: WireType): TypedPayload {
  return { no, wire, bytes: wire === WireType.LengthDelimited ? reader.bytes() : reader.skip(wire, no) }
}

function textOf(reader: BinaryReader, wire: WireType): string {
  only(wire, WireType.LengthDelimited)
  return reader.string(true)
}

function bytesOf(reader: BinaryReader, wire: WireType): Uint8Array {
  only(wire, WireType.LengthDelimited)
  return reader.bytes()
}

function only(wire: WireType, expected: WireType): true {
  if (wire !== expected)
    throw new Error('wrong wire type')
  return true
}
