import type { BigArray, NumberArray, NumericDtype } from './dtypes'
import type { TypedPayload } from './protoFields'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { integerRange, isBig, zeros } from './dtypes'

/**
 * The TensorProto field that holds a dtype (comments of onnx.proto): float_data 4, int32_data 5 (narrow integers, bool,
 * and float16 as its bits), int64_data 7, double_data 10, uint64_data 11 (uint32 too).
 */
const fieldOf: Readonly<Record<NumericDtype, number>> = {
  float32: 4,
  float64: 10,
  int64: 7,
  uint64: 11,
  uint32: 11,
  int32: 5,
  int16: 5,
  int8: 5,
  uint16: 5,
  uint8: 5,
  bool: 5,
  float16: 5,
}

/** Reads `count` numbers from typed fields; a clause that says what is wrong where they do not fit. */
export function typedValues(payloads: readonly TypedPayload[], dtype: NumericDtype, count: number): NumberArray | BigArray | string {
  const no = fieldOf[dtype]
  if (payloads.some(payload => payload.no !== no))
    return `its numbers are not in the field for ${dtype}`
  // Every number takes at least one byte, so a shape that asks for more is refused before anything is allocated.
  const present = payloads.reduce((sum, payload) => sum + payload.bytes.length, 0)
  if (present < count)
    return `its ${count} elements cannot be in ${present} bytes`
  const target = zeros(dtype, count)
  let filled = 0
  try {
    for (const payload of payloads) {
      const reader = new BinaryReader(payload.bytes)
      while (reader.pos < reader.len) {
        if (filled === count)
          return `it holds more than ${count} elements`
        if (!store(target, filled, dtype, number(reader, payload)))
          return `a number in it does not fit ${dtype}`
        filled += 1
      }
    }
  }
  catch {
    return 'its numbers are malformed'
  }
  return filled === count ? target : `it holds ${filled} of ${count} elements`
}

function number(reader: BinaryReader, payload: TypedPayload): number | bigint {
  const fixed = payload.no === 4 ? WireType.Bit32 : payload.no === 10 ? WireType.Bit64 : WireType.Varint
  if (payload.wire !== WireType.LengthDelimited && payload.wire !== fixed)
    throw new Error('wrong wire type')
  switch (payload.no) {
    case 4: return reader.float()
    case 10: return reader.double()
    case 11: return BigInt(reader.uint64())
    default: return BigInt(reader.int64())
  }
}

/** Stores a value where it fits the dtype without a change. */
function store(target: NumberArray | BigArray, at: number, dtype: NumericDtype, value: number | bigint): boolean {
  if (typeof value === 'number') {
    if (!isBig(target))
      target[at] = value
    return true
  }
  // float16 travels as its bits, an unsigned 16-bit number.
  const [min, max] = integerRange(dtype === 'float16' ? 'uint16' : dtype)
  if (value < min || value > max)
    return false
  if (isBig(target))
    target[at] = value
  else
    target[at] = Number(value)
  return true
}
