import type { Call, Rule } from '../rule'
import { input, number, optional, text, untold } from '../rule'
import { elementType, tensor } from '../tensor'
import { broadcast } from './broadcast'

/** numpy.matmul: a vector is a row on the left and a column on the right, and its axis of size 1 goes. */
function multiplied(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0 || b.length === 0)
    untold()
  const left = a.length === 1 ? [1, ...a] : a
  const right = b.length === 1 ? [...b, 1] : b
  if (left.at(-1) !== right.at(-2))
    untold()
  return [
    ...broadcast([left.slice(0, -2), right.slice(0, -2)]),
    ...(a.length === 1 ? [] : left.slice(-2, -1)),
    ...(b.length === 1 ? [] : right.slice(-1)),
  ]
}

const swapped = (shape: readonly number[], swap: boolean) => swap && shape.length > 1 ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape

function product(a: number, b: number, type: (call: Call) => number): Rule {
  return (call) => {
    const left = swapped(input(call, a).shape, number(call, 'transA', 0) === 1)
    const right = swapped(input(call, b).shape, number(call, 'transB', 0) === 1)
    return [tensor(type(call), multiplied(left, right))]
  }
}

const firstType = (call: Call) => input(call, 0).type

/** Every label of an axis has one size; the outputs are named, or are the labels that occur once, in alphabetical order. */
const einsum: Rule = (call) => {
  const equation = text(call, 'equation', '').replace(/\s/g, '')
  const [terms, result] = equation.split('->')
  const inputTerms = terms.split(',')
  if (equation.includes('.') || inputTerms.length !== call.inputs.length)
    untold()
  const sizeOf = new Map<string, number>()
  const repeated = new Set<string>()
  for (const [index, term] of inputTerms.entries()) {
    const { shape } = input(call, index)
    if (term.length !== shape.length)
      untold()
    for (const [axis, label] of [...term].entries()) {
      if (sizeOf.has(label))
        repeated.add(label)
      sizeOf.set(label, Math.max(sizeOf.get(label) ?? 0, shape[axis]))
    }
  }
  const labels = result ?? [...sizeOf.keys()].filter(label => !repeated.has(label)).sort().join('')
  return [tensor(firstType(call), [...labels].map(label => sizeOf.get(label) ?? untold()))]
}

const gemm: Rule = (call) => {
  const [rows, inner] = swapped(input(call, 0).shape, number(call, 'transA', 0) === 1)
  const [innerB, columns] = swapped(input(call, 1).shape, number(call, 'transB', 0) === 1)
  return inner === innerB ? [tensor(firstType(call), [rows ?? untold(), columns ?? untold()])] : untold()
}

export const products: readonly (readonly [string, Rule])[] = [
  ['MatMul', product(0, 1, firstType)],
  ['FusedMatMul', product(0, 1, firstType)],
  ['MatMulInteger', product(0, 1, () => elementType.int32)],
  ['DynamicQuantizeMatMul', product(0, 1, () => elementType.float)],
  ['QLinearMatMul', product(0, 3, call => optional(call, 7)?.type ?? untold())],
  ['Gemm', gemm],
  ['FusedGemm', gemm],
  ['Einsum', einsum],
]
