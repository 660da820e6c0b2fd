import type { Call, Rule } from '../rule'
import { input, number, optional, untold } from '../rule'
import { elementType, tensor } from '../tensor'
import { binaryFolds, isInteger, unaryFolds } from './arithmetic'
import { combined } from './broadcast'

const sameNames = `Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Bernoulli Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp Floor
  Gelu GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization LRN LeakyRelu Log LogSoftmax LpNormalization
  MeanVarianceNormalization Mish Neg Not PRelu Reciprocal Relu ReverseSequence Round Scatter ScatterElements ScatterND Selu
  Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu
  QuickGelu FastGelu BiasGelu BiasSplitGelu`
const comparisonNames = 'Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor'
const arithmeticNames = 'Add Sub Mul Div Pow Mod BitShift BitwiseAnd BitwiseOr BitwiseXor'

/** One output of the shape and type of the first input. */
const same: Rule = (call) => {
  const x = input(call, 0)
  const fold = unaryFolds.get(call.type)
  return [tensor(x.type, x.shape, fold && x.values?.map(fold))]
}

const comparison: Rule = call => [twoSided(call, elementType.bool)]
const arithmetic: Rule = call => [twoSided(call, input(call, 0).type)]

function twoSided(call: Call, type: number) {
  const [a, b] = [input(call, 0), input(call, 1)]
  // Before operator set 7 the second is spread over the first, at an axis of its own.
  if (call.opset < 7)
    return tensor(type, a.shape)
  return combined(type, [a, b], binaryFolds(isInteger(a.type)).get(call.type))
}

const variadic: Rule = (call) => {
  const inputs = call.inputs.map((_, index) => input(call, index))
  const fold = call.type === 'Max' ? Math.max : call.type === 'Min' ? Math.min : undefined
  return [combined(inputs[0]?.type ?? untold(), inputs, fold)]
}

const isSomething: Rule = call => [tensor(elementType.bool, input(call, 0).shape)]

const identity: Rule = call => [input(call, 0)]

const where: Rule = (call) => {
  const [condition, yes, no] = [input(call, 0), input(call, 1), input(call, 2)]
  return [combined(yes.type, [condition, yes, no], (chosen, a, b) => chosen ? a : b)]
}

const cast: Rule = (call) => {
  const x = input(call, 0)
  const type = call.type === 'CastLike' ? input(call, 1).type : number(call, 'to', 0)
  const convert = type === elementType.bool ? (value: number) => Number(value !== 0) : isInteger(type) ? Math.trunc : (value: number) => value
  return [tensor(type, x.shape, x.values?.map(convert))]
}

/** Its mask is of the input's own type before operator set 10. */
const dropout: Rule = (call) => {
  const x = input(call, 0)
  return [x, tensor(call.opset < 10 ? x.type : elementType.bool, x.shape)]
}

const batchNormalization: Rule = (call) => {
  const [x, scale] = [input(call, 0), input(call, 1)]
  return [tensor(x.type, x.shape), ...Array.from({ length: 4 }, () => tensor(scale.type, scale.shape))]
}

/** The mean and the inverse deviation have size 1 from `axis` on. */
const layerNormalization: Rule = (call) => {
  const x = input(call, 0)
  const axis = number(call, 'axis', -1)
  const from = axis < 0 ? axis + x.shape.length : axis
  const kept = x.shape.map((size, at) => at < from ? size : 1)
  return [tensor(x.type, x.shape), ...Array.from({ length: 2 }, () => tensor(elementType.float, kept))]
}

/** com.microsoft: the sum of input and skip comes fourth. */
const skipLayerNormalization: Rule = (call) => {
  const x = input(call, 0)
  const kept = [...x.shape.slice(0, -1), 1]
  return [tensor(x.type, x.shape), tensor(elementType.float, kept), tensor(elementType.float, kept), tensor(x.type, x.shape)]
}

const likeWithType: Rule = (call) => {
  const x = input(call, 0)
  return [tensor(number(call, 'dtype', x.type), x.shape)]
}

const quantize: Rule = (call) => {
  const zeroPoint = optional(call, 2)
  return [tensor(zeroPoint?.type ?? (number(call, 'output_dtype', 0) || elementType.uint8), input(call, 0).shape)]
}

const dequantize: Rule = call => [tensor(number(call, 'output_dtype', 0) || input(call, 1).type, input(call, 0).shape)]

const dynamicQuantize: Rule = call => [
  tensor(elementType.uint8, input(call, 0).shape),
  tensor(elementType.float, []),
  tensor(elementType.uint8, []),
]

function named(names: string, rule: Rule): readonly (readonly [string, Rule])[] {
  return names.split(/\s+/).map(name => [name, rule] as const)
}

/** Operators whose output has the shape of an input, or of its inputs combined. */
export const elementwise: readonly (readonly [string, Rule])[] = [
  ...named(sameNames, same),
  ...named(comparisonNames, comparison),
  ...named(arithmeticNames, arithmetic),
  ...named('Max Min Mean Sum', variadic),
  ...named('IsNaN IsInf', isSomething),
  ...named('Identity', identity),
  ...named('Cast CastLike', cast),
  ...named('LayerNormalization SimplifiedLayerNormalization RMSNormalization', layerNormalization),
  ...named('SkipLayerNormalization SkipSimplifiedLayerNormalization', skipLayerNormalization),
  ...named('EyeLike RandomNormalLike RandomUniformLike', likeWithType),
  ['Where', where],
  ['Dropout', dropout],
  ['BatchNormalization', batchNormalization],
  ['QuantizeLinear', quantize],
  ['DequantizeLinear', dequantize],
  ['DynamicQuantizeLinear', dynamicQuantize],
]
