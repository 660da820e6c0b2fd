import { onnxModel } from './onnx'

/** Element type int64 of ONNX. */
const int64 = 7

/**
 * y = the sum of as many zeros as `n` says: it takes 4 bytes of memory for each. With `mebibytes`, `n` is part of the model, so
 * that its graph tells what it will take; with null it comes with the input, and nothing can know before.
 */
export function greedyModel(mebibytes: number | null): Uint8Array {
  const count = mebibytes === null ? undefined : new Uint8Array(BigInt64Array.of(BigInt(mebibytes) * 262_144n).buffer)
  return onnxModel({
    nodes: [
      { op: 'ConstantOfShape', inputs: ['n'], outputs: ['zeros'] },
      { op: 'Add', inputs: ['zeros', 'x'], outputs: ['values'] },
      { op: 'ReduceSum', inputs: ['values'], outputs: ['y'], attributes: { keepdims: 0 } },
    ],
    inputs: [{ name: 'x', shape: [1] }, ...count ? [] : [{ name: 'n', type: int64, shape: [1] }]],
    outputs: [{ name: 'y', shape: [] }],
    initializers: count ? [{ name: 'n', dims: [1], type: int64, raw: count }] : [],
  })
}
