import { floats, onnxModel } from './onnx'

/** Numbers in [-0.5, 0.5) that are the same everywhere. */
function weights(count: number, seed: number): Uint8Array {
  let state = seed
  return new Uint8Array(Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }).buffer)
}

/** y = softmax(relu(x w1) w2), with x [batch, width] and y [batch, 10]. */
export function perceptron(width = 64, hidden = 128): Uint8Array {
  return onnxModel({
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w1'], outputs: ['a'] },
      { op: 'Relu', inputs: ['a'], outputs: ['b'] },
      { op: 'MatMul', inputs: ['b', 'w2'], outputs: ['c'] },
      { op: 'Softmax', inputs: ['c'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', shape: ['batch', width] }],
    outputs: [{ name: 'y', shape: ['batch', 10] }],
    initializers: [{ name: 'w1', dims: [width, hidden], raw: weights(width * hidden, 1) }, { name: 'w2', dims: [hidden, 10], raw: weights(hidden * 10, 2) }],
  })
}

/** Two convolutions over x [batch, 1, side, side] that give 10 numbers each. */
export function smallConvolution(side = 28, channels = 8): Uint8Array {
  return onnxModel({
    nodes: [
      { op: 'Conv', inputs: ['x', 'k1'], outputs: ['a'] },
      { op: 'Relu', inputs: ['a'], outputs: ['b'] },
      { op: 'Conv', inputs: ['b', 'k2'], outputs: ['c'] },
      { op: 'Relu', inputs: ['c'], outputs: ['d'] },
      { op: 'GlobalAveragePool', inputs: ['d'], outputs: ['e'] },
      { op: 'Flatten', inputs: ['e'], outputs: ['f'] },
      { op: 'MatMul', inputs: ['f', 'w'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', shape: ['batch', 1, side, side] }],
    outputs: [{ name: 'y', shape: ['batch', 10] }],
    initializers: [
      { name: 'k1', dims: [channels, 1, 5, 5], raw: weights(channels * 25, 3) },
      { name: 'k2', dims: [channels * 2, channels, 3, 3], raw: weights(channels * channels * 18, 4) },
      { name: 'w', dims: [channels * 2, 10], raw: weights(channels * 20, 5) },
    ],
  })
}

/** y = the running sum of x [batch, 3] down its first dimension: what one row gives depends on those before it. */
export function runningSum(): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }],
    inputs: [{ name: 'x', shape: ['batch', 3] }],
    outputs: [{ name: 'y', shape: ['batch', 3] }],
    initializers: [{ name: 'axis', dims: [], type: 7, raw: new Uint8Array(BigInt64Array.of(0n).buffer) }],
  })
}

/** y[i] = table[x[i]], with x [batch] int64 below 4: any other index fails the whole run. */
export function lookUp(): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'Gather', inputs: ['table', 'x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 7, shape: ['batch'] }],
    outputs: [{ name: 'y', shape: ['batch', 2] }],
    initializers: [{ name: 'table', dims: [4, 2], raw: floats(0, 1, 10, 11, 20, 21, 30, 31) }],
  })
}

/** y = the places of x [batch] that are not 0: its rows are not those of x. */
export function nonZero(): Uint8Array {
  return onnxModel({
    nodes: [{ op: 'NonZero', inputs: ['x'], outputs: ['p'] }, { op: 'Transpose', inputs: ['p'], outputs: ['y'] }],
    inputs: [{ name: 'x', shape: ['batch'] }],
    outputs: [{ name: 'y', type: 7, shape: ['found', 1] }],
  })
}
