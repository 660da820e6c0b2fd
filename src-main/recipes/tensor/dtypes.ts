/**
 * The element types that tensors can have here, with their code in ONNX (`TensorProto.DataType`), bytes an element, and
 * NumPy type string without byte order. float16 is kept as its 16 bits in a Uint16Array, bool as 0 and 1.
 */
export const dtypes = {
  float32: { code: 1, bytes: 4, numpy: 'f4', kind: 'float' },
  uint8: { code: 2, bytes: 1, numpy: 'u1', kind: 'integer' },
  int8: { code: 3, bytes: 1, numpy: 'i1', kind: 'integer' },
  uint16: { code: 4, bytes: 2, numpy: 'u2', kind: 'integer' },
  int16: { code: 5, bytes: 2, numpy: 'i2', kind: 'integer' },
  int32: { code: 6, bytes: 4, numpy: 'i4', kind: 'integer' },
  int64: { code: 7, bytes: 8, numpy: 'i8', kind: 'big' },
  string: { code: 8, bytes: 0, numpy: '', kind: 'string' },
  bool: { code: 9, bytes: 1, numpy: 'b1', kind: 'bool' },
  float16: { code: 10, bytes: 2, numpy: 'f2', kind: 'half' },
  float64: { code: 11, bytes: 8, numpy: 'f8', kind: 'float' },
  uint32: { code: 12, bytes: 4, numpy: 'u4', kind: 'integer' },
  uint64: { code: 13, bytes: 8, numpy: 'u8', kind: 'big' },
} as const

export type Dtype = keyof typeof dtypes
export type NumericDtype = Exclude<Dtype, 'string'>

const arrays = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
} as const

export type NumberArray = Float32Array | Float64Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array
export type BigArray = BigInt64Array | BigUint64Array

/** A tensor in memory: `data` holds the product of `shape` elements in row-major (C) order. */
export type TensorValue
  = | { readonly dtype: NumericDtype, readonly shape: readonly number[], readonly data: NumberArray | BigArray }
    | { readonly dtype: 'string', readonly shape: readonly number[], readonly data: readonly string[] }

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(dtypes, name)
}

export function dtypeOfCode(code: number): Dtype | undefined {
  return (Object.keys(dtypes) as Dtype[]).find(name => dtypes[name].code === code)
}

/** A typed array of a dtype over bytes, which must start on a boundary of its elements (fresh buffers do). */
export function viewAs(dtype: NumericDtype, buffer: ArrayBuffer): NumberArray | BigArray {
  return new arrays[dtype](buffer)
}

/** A typed array of `count` zeros. */
export function zeros(dtype: NumericDtype, count: number): NumberArray | BigArray {
  return new arrays[dtype](count)
}

export function isBig(array: NumberArray | BigArray): array is BigArray {
  return array instanceof BigInt64Array || array instanceof BigUint64Array
}

/** Elements of a shape, or null where an axis is not a whole number or the product is beyond exact numbers. */
export function elementCount(shape: readonly number[]): number | null {
  let count = 1
  for (const dim of shape) {
    if (!Number.isSafeInteger(dim) || dim < 0)
      return null
    count *= dim
    // Checked axis by axis: a zero later must not hide an overflow.
    if (!Number.isSafeInteger(count))
      return null
  }
  return count
}

/** Smallest and largest value of an integer dtype. */
export function integerRange(dtype: NumericDtype): readonly [min: bigint, max: bigint] {
  const bits = BigInt(dtypes[dtype].bytes * 8)
  if (dtype === 'bool')
    return [0n, 1n]
  return dtypes[dtype].numpy.startsWith('u') ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
}
