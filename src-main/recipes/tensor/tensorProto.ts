import type { TensorValue } from './dtypes'
import type { ProtoFields } from './protoFields'
import { Buffer } from 'node:buffer'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { elementTypeName } from '../onnx/elementTypes'
import { dtypeOfCode, dtypes, elementCount, viewAs } from './dtypes'
import { readProtoFields } from './protoFields'
import { typedValues } from './typedValues'
import { unreadable } from './unreadable'

export interface NamedTensor {
  /** The name written in the message, often empty. */
  readonly name: string
  readonly tensor: TensorValue
}

/**
 * Reads a serialised TensorProto (onnx.proto), as in the `input_0.pb` of ONNX's own tests. Data may be raw or typed, not
 * both, and must fill the shape exactly. Throws `unreadable_input` for anything else, for data in other files and for
 * element types that cannot be passed to a model.
 */
export function parseTensorProto(bytes: Uint8Array, label: string): NamedTensor {
  const fields = readProtoFields(bytes)
  if (fields === null)
    throw unreadable(label, 'is not a serialised ONNX tensor (TensorProto). Write it with onnx.numpy_helper.from_array(a).SerializeToString().')
  if (fields.external)
    throw unreadable(label, 'keeps its data in another file, which is not accepted for inputs. Save it with the data inside.')
  if (fields.segmented)
    throw unreadable(label, 'is one segment of a tensor; only whole tensors are accepted.')
  const shape = fields.dims.map(Number)
  const dtype = dtypeOfCode(fields.elementType)
  const shown = `[${fields.dims.join(', ')}] of ${elementTypeName(fields.elementType)}`
  const count = elementCount(shape)
  if (dtype === undefined)
    throw unreadable(label, `is a tensor of ${elementTypeName(fields.elementType)}, which cannot be given to a model. Convert it to float32 or another supported type.`)
  if (count === null || !Number.isSafeInteger(count * dtypes[dtype].bytes))
    throw unreadable(label, `has the shape ${shown}, which is impossible.`)
  const tensor = dtype === 'string' ? strings(fields, shape) : numbers(fields, dtype, shape, count)
  if (typeof tensor === 'string')
    throw unreadable(label, `has the shape ${shown}, but ${tensor}. Save it again.`)
  if (tensor.data.length !== count)
    throw unreadable(label, `has the shape ${shown}, which is ${count} elements, but holds ${tensor.data.length}. Save it again.`)
  return { name: fields.name, tensor }
}

/** Writes a TensorProto: raw little-endian data, or string_data for strings. */
export function writeTensorProto(tensor: TensorValue, name: string): Uint8Array {
  const writer = new BinaryWriter()
  for (const dim of tensor.shape)
    writer.tag(1, WireType.Varint).int64(dim)
  writer.tag(2, WireType.Varint).int32(dtypes[tensor.dtype].code)
  if (tensor.dtype === 'string') {
    for (const text of tensor.data)
      writer.tag(6, WireType.LengthDelimited).string(text)
  }
  writer.tag(8, WireType.LengthDelimited).string(name)
  if (tensor.dtype === 'string')
    return writer.finish()
  const { buffer, byteOffset, byteLength } = tensor.data
  writer.tag(9, WireType.LengthDelimited).uint32(byteLength)
  // Joined outside the writer, which would grow its buffer by doubling.
  return Buffer.concat([writer.finish(), new Uint8Array(buffer, byteOffset, byteLength)])
}

function strings(fields: ProtoFields, shape: readonly number[]): TensorValue | string {
  if (fields.raw !== null && fields.raw.length > 0)
    return 'holds raw bytes where there should be strings'
  return { dtype: 'string', shape, data: fields.strings }
}

function numbers(fields: ProtoFields, dtype: Exclude<keyof typeof dtypes, 'string'>, shape: readonly number[], count: number): TensorValue | string {
  const typed = fields.typed
  if (fields.strings.length > 0)
    return 'holds strings where there should be numbers'
  if (fields.raw === null || (fields.raw.length === 0 && typed.length > 0)) {
    const data = typedValues(typed, dtype, count)
    return typeof data === 'string' ? data : { dtype, shape, data }
  }
  if (typed.length > 0)
    return 'holds its data twice, raw and typed'
  const needed = count * dtypes[dtype].bytes
  if (fields.raw.length !== needed)
    return `its ${count} elements need ${needed} bytes, and ${fields.raw.length} are there`
  // A buffer of its own: inside the message the elements may start anywhere.
  const copy = new Uint8Array(fields.raw)
  if (dtype === 'bool' && copy.some(byte => byte > 1))
    return 'it holds booleans that are neither 0 nor 1'
  return { dtype, shape, data: viewAs(dtype, copy.buffer) }
}
