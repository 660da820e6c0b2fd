/** Element types that hold whole numbers (TensorProto.DataType). */
const integers: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 12, 13, 21, 22])

export function isInteger(type: number): boolean {
  return integers.has(type)
}

/** What one-sided operators make of a number, for those that exporters compute shapes with. */
export const unaryFolds: ReadonlyMap<string, (value: number) => number> = new Map([
  ['Abs', Math.abs],
  ['Ceil', Math.ceil],
  ['Floor', Math.floor],
  ['Neg', (value: number) => -value],
  ['Not', (value: number) => Number(!value)],
  ['Relu', (value: number) => Math.max(value, 0)],
  ['Round', roundToEven],
  ['Sign', Math.sign],
  ['Sqrt', Math.sqrt],
])

type Fold = (a: number, b: number) => number

const always: readonly (readonly [string, Fold])[] = [
  ['Add', (a, b) => a + b],
  ['Sub', (a, b) => a - b],
  ['Mul', (a, b) => a * b],
  ['Equal', (a, b) => Number(a === b)],
  ['Greater', (a, b) => Number(a > b)],
  ['GreaterOrEqual', (a, b) => Number(a >= b)],
  ['Less', (a, b) => Number(a < b)],
  ['LessOrEqual', (a, b) => Number(a <= b)],
  ['And', (a, b) => Number(Boolean(a) && Boolean(b))],
  ['Or', (a, b) => Number(Boolean(a) || Boolean(b))],
  ['Xor', (a, b) => Number(Boolean(a) !== Boolean(b))],
]
const ofReals = new Map<string, Fold>([...always, ['Div', (a, b) => a / b], ['Pow', (a, b) => a ** b]])
/** Whole numbers are divided towards zero, and their remainder has the sign of the divisor. */
const ofIntegers = new Map<string, Fold>([...always, ['Div', (a, b) => Math.trunc(a / b)], ['Mod', (a, b) => a - b * Math.floor(a / b)]])

/** What two-sided operators make of two numbers. */
export function binaryFolds(integer: boolean): ReadonlyMap<string, Fold> {
  return integer ? ofIntegers : ofReals
}

function roundToEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
