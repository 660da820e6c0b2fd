import type { AttributeParts, ModelParts, TensorParts } from './onnx'
import { Buffer } from 'node:buffer'
import fc from 'fast-check'

/** One operator with what it is given, for comparing shapes with ONNX Runtime's. */
export interface OperatorCase {
  readonly op: string
  readonly opset: number
  /** Float32 inputs of the model, by shape. */
  readonly floats: readonly (readonly number[])[]
  /** Stored inputs that come after them; null for one that is left out. */
  readonly stored: readonly (TensorParts | null)[]
  readonly outputs: number
  readonly attributes: Readonly<Record<string, AttributeParts>>
}

const size = fc.integer({ min: 1, max: 7 })
const shape = (minLength = 1, maxLength = 4) => fc.array(size, { minLength, maxLength })
const image = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom(2, 4), fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 }))
const small = (max: number) => fc.integer({ min: 0, max })
const flag = fc.constantFrom(0, 1)

/** A stored list of int64. */
export function longs(...values: number[]): TensorParts {
  return { dims: [values.length], type: 7, raw: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer) }
}

const scalar = (value: number): TensorParts => ({ ...longs(value), dims: [] })
const reals = (...values: number[]): TensorParts => ({ dims: [values.length], raw: new Uint8Array(Float32Array.from(values).buffer) })
/** Float32 zeros of a shape. */
const blank = (...dims: number[]): TensorParts => ({ dims, raw: new Uint8Array(Buffer.alloc(4 * dims.reduce((count, dim) => count * dim, 1))) })

const build = (op: string, floats: OperatorCase['floats'], rest: Partial<OperatorCase> = {}): OperatorCase => ({ op, opset: 18, stored: [], outputs: 1, attributes: {}, ...rest, floats })

/** Two shapes that combine by numpy's rules. */
const pair = shape(0).chain(full => fc.tuple(fc.constant(full), fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }), small(full.length))
  .map(([full, ones, cut]) => [full, full.map((dim, axis) => ones[axis] ? 1 : dim).slice(cut)] as const))
const axisFor = (rank: number) => fc.integer({ min: -rank, max: rank - 1 })
const withAxis = (minLength = 1) => shape(minLength).chain(dims => fc.tuple(fc.constant(dims), axisFor(dims.length)))
const withAxes = shape(1).chain(dims => fc.tuple(fc.constant(dims), fc.uniqueArray(small(dims.length - 1), { minLength: 1 }).chain(axes => fc.tuple(...axes.map(axis => fc.constantFrom(axis, axis - dims.length))))))

const windowAttributes = fc.record({
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  pads: fc.tuple(small(1), small(1), small(1), small(1)),
  auto: fc.constantFrom('NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
})
const padding = (auto: string, pads: readonly number[]): Record<string, AttributeParts> => auto === 'NOTSET' ? { pads: pads.map(Number) } : { auto_pad: auto }

const convolutions = fc.tuple(image, windowAttributes, fc.constantFrom(1, 2)).map(([x, { kernel, strides, dilations, pads, auto }, group]) =>
  build('Conv', [x], { stored: [blank(4, x[1] / group, ...kernel)], attributes: { group, strides, ...padding(auto, pads), ...auto.startsWith('SAME') ? {} : { dilations } } }))
const transposed = fc.tuple(image, windowAttributes, fc.constantFrom(1, 2), flag).map(([x, { kernel, strides, dilations, pads, auto }, group, extra]) =>
  build('ConvTranspose', [x], { stored: [blank(x[1], 3, ...kernel)], attributes: { group, strides, ...padding(auto, pads), ...auto === 'NOTSET' ? { dilations, output_padding: strides.map(stride => Math.min(extra, stride - 1)) } : {} } }))
const pools = fc.tuple(fc.constantFrom('MaxPool', 'AveragePool', 'LpPool'), image, windowAttributes, flag).map(([op, x, { kernel, strides, pads, auto }, ceil]) =>
  build(op, [x], { opset: op === 'LpPool' ? 18 : 12, outputs: op === 'MaxPool' ? 2 : 1, attributes: { kernel_shape: kernel, strides, ...padding(auto, pads.map((pad, at) => Math.min(pad, kernel[at % 2] - 1))), ...auto === 'NOTSET' ? { ceil_mode: ceil } : {} } }))

const products = fc.tuple(pair, size, size, size).map(([[a, b], m, k, n]) => build('MatMul', [[...a, m, k], [...b, k, n]]))
const vectors = fc.constantFrom<OperatorCase['floats']>([[3], [3]], [[3], [2, 3, 4]], [[2, 4, 3], [3]]).map(floats => build('MatMul', floats))
const gemms = fc.tuple(size, size, size, flag, flag).map(([m, k, n, transA, transB]) => build('Gemm', [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n]], { attributes: { transA, transB } }))
const einsums = fc.constantFrom<readonly [string, readonly number[], readonly number[]]>(['ij,jk->ik', [2, 3], [3, 4]], ['bij,bkj->bik', [2, 3, 4], [2, 5, 4]], ['ij,ij', [2, 3], [2, 3]], ['bhd,bhe->bh', [2, 3, 4], [2, 3, 5]], ['ij,jk', [2, 3], [3, 4]]).map(([equation, a, b]) => build('Einsum', [a, b], { attributes: { equation } }))

const reshapes = shape(1, 4).chain(dims => fc.tuple(fc.constant(dims), small(dims.length - 1), fc.boolean())).map(([dims, open, zeros]) =>
  build('Reshape', [dims], { stored: [longs(...dims.map((dim, axis) => axis === open ? -1 : zeros ? 0 : dim))] }))
const transposes = shape(1, 4).chain(dims => fc.tuple(fc.constant(dims), fc.shuffledSubarray(dims.map((_, axis) => axis), { minLength: dims.length }))).map(([dims, perm]) => build('Transpose', [dims], { attributes: { perm } }))
const flattens = shape(1, 4).chain(dims => fc.tuple(fc.constant(dims), fc.integer({ min: -dims.length, max: dims.length }))).map(([dims, axis]) => build('Flatten', [dims], { attributes: { axis } }))
const squeezes = withAxes.map(([dims, axes]) => build('Squeeze', [dims.map((dim, axis) => axes.includes(axis) || axes.includes(axis - dims.length) ? 1 : dim)], { stored: [longs(...axes)] }))
const unsqueezes = withAxes.map(([dims, axes]) => build('Unsqueeze', [dims], { stored: [longs(...axes)] }))
const expands = pair.map(([full, part]) => build('Expand', [part], { stored: [longs(...full)] }))
const tiles = shape(1, 3).chain(dims => fc.tuple(fc.constant(dims), fc.array(small(3), { minLength: dims.length, maxLength: dims.length }))).map(([dims, repeats]) => build('Tile', [dims], { stored: [longs(...repeats)] }))
const pads = withAxes.chain(([dims, axes]) => fc.tuple(fc.constant(dims), fc.constant(axes), fc.array(small(3), { minLength: axes.length * 2, maxLength: axes.length * 2 }))).map(([dims, axes, amounts]) => build('Pad', [dims], { stored: [longs(...amounts), null, longs(...axes)] }))
const depths = fc.tuple(fc.constantFrom('DepthToSpace', 'SpaceToDepth'), size, size, size, size).map(([op, n, c, h, w]) => build(op, [op === 'DepthToSpace' ? [n, c * 4, h, w] : [n, c, h * 2, w * 2]], { attributes: { blocksize: 2 } }))

const concats = fc.tuple(withAxis(), fc.array(size, { minLength: 1, maxLength: 3 })).map(([[dims, axis], lengths]) => build('Concat', lengths.map(length => dims.with(axis, length)), { attributes: { axis } }))
const splits = fc.tuple(withAxis(), fc.array(size, { minLength: 1, maxLength: 3 })).map(([[dims, axis], lengths]) => build('Split', [dims.with(axis, lengths.reduce((sum, length) => sum + length, 0))], { stored: [longs(...lengths)], outputs: lengths.length, attributes: { axis } }))
const evenSplits = fc.tuple(withAxis(), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 3, max: 8 })).map(([[dims, axis], parts, length]) => build('Split', [dims.with(axis, length)], { outputs: parts, attributes: { axis, num_outputs: parts } }))
const slices = withAxes.chain(([dims, axes]) => fc.tuple(fc.constant(dims), fc.constant(axes), ...[0, 1].map(() => fc.array(fc.integer({ min: -9, max: 9 }), { minLength: axes.length, maxLength: axes.length })), fc.array(fc.constantFrom(-2, -1, 1, 2), { minLength: axes.length, maxLength: axes.length })))
  .map(([dims, axes, starts, ends, steps]) => build('Slice', [dims], { stored: [longs(...starts), longs(...ends), longs(...axes), longs(...steps)] }))
const gathers = fc.tuple(withAxis(), shape(0, 2)).map(([[dims, axis], indices]) => build('Gather', [dims], { stored: [{ dims: indices, type: 7, raw: new Uint8Array(8 * indices.reduce((count, dim) => count * dim, 1)) }], attributes: { axis } }))
const gatherNds = shape(2, 4).map(dims => build('GatherND', [dims], { stored: [{ dims: [3, 2], type: 7, raw: new Uint8Array(48) }] }))
const topKs = withAxis().chain(([dims, axis]) => fc.tuple(fc.constant(dims), fc.constant(axis), fc.integer({ min: 1, max: dims.at(axis) ?? 1 }))).map(([dims, axis, k]) => build('TopK', [dims], { stored: [longs(k)], outputs: 2, attributes: { axis } }))

const reduceNames = ['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceL2', 'ReduceProd', 'ReduceLogSumExp']
const reduces = fc.tuple(fc.constantFrom(...reduceNames), withAxes, flag, fc.boolean()).map(([op, [dims, axes], keepdims, all]) => build(op, [dims], { stored: all ? [] : [longs(...axes)], attributes: { keepdims } }))
const oldReduces = fc.tuple(fc.constantFrom(...reduceNames), withAxes, flag).map(([op, [dims, axes], keepdims]) => build(op, [dims], { opset: 11, attributes: { keepdims, axes } }))
const emptyReduces = fc.tuple(shape(), flag).map(([dims, noop]) => build('ReduceSum', [dims], { attributes: { noop_with_empty_axes: noop } }))
const arguments_ = fc.tuple(fc.constantFrom('ArgMax', 'ArgMin'), withAxis(), flag).map(([op, [dims, axis], keepdims]) => build(op, [dims], { attributes: { axis, keepdims } }))

const recurrences = fc.tuple(fc.constantFrom(['LSTM', 4] as const, ['GRU', 3] as const, ['RNN', 1] as const), size, size, size, size, fc.boolean()).map(([[op, gates], steps, batch, features, hidden, both]) => {
  const directions = both ? 2 : 1
  return build(op, [[steps, batch, features]], { stored: [blank(directions, gates * hidden, features), blank(directions, gates * hidden, hidden)], outputs: op === 'LSTM' ? 3 : 2, attributes: { hidden_size: hidden, direction: both ? 'bidirectional' : 'forward' } })
})

const scales = fc.constantFrom(0.5, 1, 1.5, 2, 2.5)
const resizes = fc.tuple(image, scales, scales).map(([x, h, w]) => build('Resize', [x], { stored: [null, reals(1, 1, h, w)], attributes: { mode: 'nearest' } }))
const sizedResizes = fc.tuple(image, size, size, fc.constantFrom('stretch', 'not_larger', 'not_smaller')).map(([x, h, w, policy]) => build('Resize', [x], { stored: [null, null, longs(h, w)], attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: policy } }))
const upsamples = fc.tuple(image, fc.constantFrom(1, 2, 1.5), fc.constantFrom(1, 2, 1.5)).map(([x, h, w]) => build('Upsample', [x], { opset: 9, stored: [reals(1, 1, h, w)], attributes: { mode: 'nearest' } }))

const binary = fc.tuple(fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Pow', 'Greater', 'LessOrEqual', 'Equal', 'Max', 'Mean'), pair, fc.boolean()).map(([op, [a, b], swap]) => build(op, swap ? [b, a] : [a, b]))
const unary = fc.tuple(fc.constantFrom('Abs', 'Relu', 'Sigmoid', 'Exp', 'Floor', 'Erf', 'LeakyRelu', 'Softmax', 'LogSoftmax', 'HardSwish', 'Identity', 'IsNaN', 'Softplus', 'Elu', 'Neg', 'Sign'), shape()).map(([op, dims]) => build(op, [dims]))
const casts = fc.tuple(shape(), fc.constantFrom(1, 6, 7, 9, 11)).map(([dims, to]) => build('Cast', [dims], { attributes: { to } }))
const normalisations = fc.tuple(fc.constantFrom('BatchNormalization', 'InstanceNormalization'), image).map(([op, x]) => build(op, [x], { stored: Array.from({ length: op === 'BatchNormalization' ? 4 : 2 }, () => blank(x[1])) }))
const layers = withAxis().map(([dims, axis]) => build('LayerNormalization', [dims], { outputs: 3, stored: [blank(...dims.slice(axis))], attributes: { axis } }))
const dropouts = shape().map(dims => build('Dropout', [dims], { outputs: 2 }))
const quantizing = shape().map(dims => build('QuantizeLinear', [dims], { stored: [{ ...reals(1), dims: [] }, { dims: [], type: 3, raw: new Uint8Array(1) }] }))
const dynamicQuantizing = shape().map(dims => build('DynamicQuantizeLinear', [dims], { outputs: 3 }))
const globalPools = fc.tuple(fc.constantFrom('GlobalAveragePool', 'GlobalMaxPool'), image).map(([op, x]) => build(op, [x]))
const shapes = fc.tuple(shape(1), fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })).map(([dims, start, end]) => build('Shape', [dims], { attributes: { start, end } }))
const plainShapes = fc.tuple(fc.constantFrom('Shape', 'Size'), shape()).map(([op, dims]) => build(op, [dims]))
const filled = shape().map(dims => build('ConstantOfShape', [], { stored: [longs(...dims)], attributes: { value: { ...longs(3) } } }))
const ranges = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.constantFrom(-3, -1, 1, 2)).map(numbers => build('Range', [], { stored: numbers.map(scalar) }))
const oneHots = shape(1, 3).map(dims => build('OneHot', [], { stored: [{ dims, type: 7, raw: new Uint8Array(8 * dims.reduce((count, dim) => count * dim, 1)) }, scalar(5), reals(0, 1)] }))
const randoms = shape().map(dims => build('RandomNormal', [], { attributes: { shape: dims } }))
const constants = fc.array(small(9), { minLength: 1, maxLength: 5 }).map(list => build('Constant', [], { attributes: { value_ints: list } }))
const wheres = pair.map(([full, part]) => build('Where', [full, part], { stored: [] }))
const gridSamples = fc.tuple(image, size, size).map(([x, h, w]) => build('GridSample', [x, [x[0], h, w, 2]]))

/** Cases of each kind of operator with random sizes and attributes. */
export const operatorCases: Readonly<Record<string, fc.Arbitrary<OperatorCase>>> = {
  'Conv': convolutions,
  'ConvTranspose': transposed,
  'pooling': pools,
  'global pooling': globalPools,
  'MatMul': fc.oneof(products, vectors),
  'Gemm': gemms,
  'Einsum': einsums,
  'Reshape': reshapes,
  'Transpose': transposes,
  'Flatten': flattens,
  'Squeeze': squeezes,
  'Unsqueeze': unsqueezes,
  'Expand': expands,
  'Tile': tiles,
  'Pad': pads,
  'DepthToSpace': depths,
  'Concat': concats,
  'Split': fc.oneof(splits, evenSplits),
  'Slice': slices,
  'Gather': gathers,
  'GatherND': gatherNds,
  'TopK': topKs,
  'OneHot': oneHots,
  'Reduce': fc.oneof(reduces, oldReduces, emptyReduces),
  'ArgMax': arguments_,
  'recurrence': recurrences,
  'Resize': fc.oneof(resizes, sizedResizes),
  'Upsample': upsamples,
  'two-sided': binary,
  'one-sided': unary,
  'Cast': casts,
  'normalisation': fc.oneof(normalisations, layers),
  'Dropout': dropouts,
  'quantising': fc.oneof(quantizing, dynamicQuantizing),
  'Shape': fc.oneof(shapes, plainShapes),
  'ConstantOfShape': filled,
  'Range': ranges,
  'RandomNormal': randoms,
  'Constant': constants,
  'Where': wheres,
  'GridSample': gridSamples,
}

/** The model of a case: every output of the operator is one of the model, and none has a shape in the file. */
export function modelOf({ op, opset, floats, stored, outputs, attributes }: OperatorCase): ModelParts {
  const given = floats.map((shape, index) => ({ name: `x${index}`, shape: [...shape] }))
  const initializers = stored.flatMap((tensor, index) => tensor === null ? [] : [{ ...tensor, name: `w${index}` }])
  const names = Array.from({ length: outputs }, (_, index) => `y${index}`)
  const inputs = [...given.map(({ name }) => name), ...stored.map((tensor, index) => tensor === null ? '' : `w${index}`)]
  // A mask is made of the first input, for operators that want one.
  const mask = op === 'Where' ? [{ op: 'IsNaN', inputs: ['x0'], outputs: ['mask'] }] : []
  return {
    nodes: [...mask, { op, inputs: op === 'Where' ? ['mask', ...inputs] : inputs, outputs: names, attributes }],
    inputs: given,
    outputs: names.map(name => ({ name, type: 0 })),
    initializers,
    opsets: [['', opset]],
    irVersion: 8,
  }
}
