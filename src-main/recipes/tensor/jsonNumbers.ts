import type { Dtype, NumericDtype, TensorValue } from './dtypes'
import { quoted } from '../onnx/printable'
import { dtypes, integerRange, isBig, zeros } from './dtypes'
import { numberToHalf } from './half'
import { unreadable } from './unreadable'

/** JSON has no word for these, so they are given as strings. */
const notFinite: ReadonlyMap<unknown, number> = new Map([['NaN', Number.NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]])

/** Makes a tensor from JSON values in row-major order. A value that its dtype cannot hold exactly as meant is refused. */
export function fillFromJson(values: readonly unknown[], dtype: Dtype, shape: readonly number[], label: string): TensorValue {
  if (dtype === 'string') {
    const wrong = values.find(value => typeof value !== 'string')
    if (wrong !== undefined)
      throw unreadable(label, `holds ${shown(wrong)}, which is not a string.`)
    return { dtype, shape, data: values.map(String) }
  }
  const data = zeros(dtype, values.length)
  for (const [at, value] of values.entries()) {
    const number = toNumber(value, dtype)
    if (number === null)
      throw unreadable(label, `holds ${shown(value)}, which is not a ${dtype}.${hint(value)}`)
    if (isBig(data))
      data[at] = BigInt(number)
    else
      data[at] = Number(number)
  }
  return { dtype, shape, data }
}

function toNumber(value: unknown, dtype: NumericDtype): number | bigint | null {
  const { kind } = dtypes[dtype]
  if (kind === 'float' || kind === 'half') {
    const number = typeof value === 'number' ? value : notFinite.get(value)
    if (number === undefined)
      return null
    return kind === 'half' ? numberToHalf(number) : number
  }
  if (kind === 'bool' && typeof value === 'boolean')
    return value ? 1 : 0
  const integer = toInteger(value)
  const [min, max] = integerRange(dtype)
  return integer === null || integer < min || integer > max ? null : integer
}

/** A number beyond 2^53 has already lost digits when JSON is parsed: it must come as a string. */
function toInteger(value: unknown): bigint | null {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? BigInt(value) : null
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null
}

function shown(value: unknown): string {
  return quoted(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

function hint(value: unknown): string {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return ' Write integers beyond 2^53 as strings.'
  return value === null ? ' Write "NaN", "Infinity" or "-Infinity" where such a value is meant.' : ''
}
