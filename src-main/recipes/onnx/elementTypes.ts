/** Element types of ONNX tensors: `TensorProto.DataType` in onnx.proto, code -> name and bits an element. */
const byCode: ReadonlyMap<number, { readonly name: string, readonly bits: number }> = new Map([
  [1, { name: 'float32', bits: 32 }],
  [2, { name: 'uint8', bits: 8 }],
  [3, { name: 'int8', bits: 8 }],
  [4, { name: 'uint16', bits: 16 }],
  [5, { name: 'int16', bits: 16 }],
  [6, { name: 'int32', bits: 32 }],
  [7, { name: 'int64', bits: 64 }],
  [8, { name: 'string', bits: 0 }],
  [9, { name: 'bool', bits: 8 }],
  [10, { name: 'float16', bits: 16 }],
  [11, { name: 'float64', bits: 64 }],
  [12, { name: 'uint32', bits: 32 }],
  [13, { name: 'uint64', bits: 64 }],
  [14, { name: 'complex64', bits: 64 }],
  [15, { name: 'complex128', bits: 128 }],
  [16, { name: 'bfloat16', bits: 16 }],
  [17, { name: 'float8e4m3fn', bits: 8 }],
  [18, { name: 'float8e4m3fnuz', bits: 8 }],
  [19, { name: 'float8e5m2', bits: 8 }],
  [20, { name: 'float8e5m2fnuz', bits: 8 }],
  [21, { name: 'uint4', bits: 4 }],
  [22, { name: 'int4', bits: 4 }],
  [23, { name: 'float4e2m1', bits: 4 }],
  [24, { name: 'float8e8m0', bits: 8 }],
  [25, { name: 'uint2', bits: 2 }],
  [26, { name: 'int2', bits: 2 }],
])

export const stringElement = 8

/** The name of an element type, e.g. `float32`; `type 99` for a code that ONNX does not know. */
export function elementTypeName(code: number): string {
  return byCode.get(code)?.name ?? `type ${code}`
}

/** Bits of one element, 0 for strings, or undefined for a code that ONNX does not know. */
export function elementBits(code: number): number | undefined {
  return byCode.get(code)?.bits
}

/** Whether onnxruntime-node can hold tensors of the type: its binding maps codes 1-13, 21 and 22 and throws on the rest. */
export function isHeldByRuntime(code: number): boolean {
  return (code >= 1 && code <= 13) || code === 21 || code === 22
}
