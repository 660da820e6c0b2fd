import type { StoredTensor } from '../graph'
import type { Rule } from '../rule'
import type { Known } from '../tensor'
import { input, number, numbers, sizes, tensorAttribute, untold, values } from '../rule'
import { mostValues } from '../smallTensor'
import { elementType, isShape, tensor, volume } from '../tensor'

const stringType = 8

/** A tensor stored in the model; null where its dims make no sense. */
export function stored({ entry, values }: StoredTensor): Known | null {
  const shape = entry.dims.map(Number)
  return isShape(shape) ? tensor(entry.elementType, shape, values) : null
}

const constantForms: readonly (readonly [name: string, type: number, scalar: boolean])[] = [
  ['value_int', elementType.int64, true],
  ['value_ints', elementType.int64, false],
  ['value_float', elementType.float, true],
  ['value_floats', elementType.float, false],
]

const constant: Rule = (call) => {
  const whole = tensorAttribute(call, 'value')
  if (whole !== undefined)
    return [stored(whole)]
  for (const [name, type, scalar] of constantForms) {
    const found = numbers(call, name)
    if (found !== undefined)
      return [tensor(type, scalar ? [] : [found.length], scalar && found.length === 0 ? [0] : found)]
  }
  return call.attributes.get('value_string') === undefined ? untold() : [tensor(stringType, [])]
}

const constantOfShape: Rule = (call) => {
  const shape = sizes(values(call, 0))
  const value = tensorAttribute(call, 'value')
  const element = value === undefined ? 0 : value.values?.[0]
  const count = volume(shape)
  const filled = element !== undefined && count <= mostValues ? Array.from({ length: count }, () => element) : null
  return [tensor(value?.entry.elementType ?? elementType.float, shape, filled)]
}

/** The sizes of all axes, or of those from `start` to `end`. */
const shapeOf: Rule = (call) => {
  const { shape } = input(call, 0)
  const end = call.attributes.has('end') ? number(call, 'end', 0) : shape.length
  const taken = shape.slice(number(call, 'start', 0), end)
  return [tensor(elementType.int64, [taken.length], taken)]
}

const sizeOf: Rule = call => [tensor(elementType.int64, [], [volume(input(call, 0).shape)])]

const range: Rule = (call) => {
  const [[start = untold()], [limit = untold()], [step = untold()]] = [values(call, 0), values(call, 1), values(call, 2)]
  const count = Math.max(0, Math.ceil((limit - start) / step))
  const listed = count <= mostValues ? Array.from({ length: count }, (_, index) => start + index * step) : null
  return [tensor(input(call, 0).type, sizes([count]), listed)]
}

const random: Rule = call => [tensor(number(call, 'dtype', elementType.float), sizes(numbers(call, 'shape') ?? untold()))]

const multinomial: Rule = call => [tensor(number(call, 'dtype', elementType.int32), sizes([input(call, 0).shape[0] ?? untold(), number(call, 'sample_size', 1)]))]

/** Tensors made from attributes, shapes and numbers alone. */
export const sources: readonly (readonly [string, Rule])[] = [
  ['Constant', constant],
  ['ConstantOfShape', constantOfShape],
  ['Shape', shapeOf],
  ['Size', sizeOf],
  ['Range', range],
  ['RandomNormal', random],
  ['RandomUniform', random],
  ['Multinomial', multinomial],
]
