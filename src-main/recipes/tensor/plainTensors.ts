import type { NamedTensor } from '../recipe'
import type { BigArray, Dtype, NumberArray, TensorValue } from './dtypes'
import type { ModelInput } from './modelInputs'
import type { Feeds, Values } from './runtimeTensor'
import { Buffer } from 'node:buffer'
import { TrancheError } from '../../contract/errors'
import { quoted } from '../onnx/printable'
import { dtypes, elementCount, isDtype, viewAs } from './dtypes'
import { checkComplete, checkFits } from './modelInputs'

/**
 * The tensors of a request, checked against the model's inputs: each once, of its dtype and shape, with as many bytes as
 * that takes. Strings are a JSON array in UTF-8. Throws `invalid_input` with what is wrong.
 */
export function readRequest(tensors: readonly NamedTensor[], inputs: readonly ModelInput[]): Feeds {
  const feeds = new Map<string, TensorValue>()
  for (const tensor of tensors) {
    const { name } = tensor
    const input = inputs.find(candidate => candidate.name === name)
    if (!input)
      throw refused(`The model has no input ${quoted(name)}. It takes ${inputs.map(each => quoted(each.name)).join(', ') || 'none'}.`)
    if (feeds.has(name))
      throw refused(`Input ${quoted(name)} is given twice. Give each input once.`)
    const value = valueOf(tensor)
    asInvalidInput(() => checkFits(value, input, `Input ${quoted(name)}`))
    feeds.set(name, value)
  }
  asInvalidInput(() => checkComplete(feeds, inputs, 'The request'))
  return feeds
}

/** What a model gave, without outputs of types that cannot be passed on. */
export function writeAnswer(values: Values): NamedTensor[] {
  return [...values].flatMap(([name, value]) => value ? [{ name, dtype: value.dtype, shape: [...value.shape], data: bytesOf(value) }] : [])
}

function valueOf({ name, dtype, shape, data }: NamedTensor): TensorValue {
  if (!isDtype(dtype))
    throw refused(`Input ${quoted(name)} is of the type ${quoted(dtype)}, which is not known. Known are ${Object.keys(dtypes).join(', ')}.`)
  const count = elementCount(shape)
  if (count === null)
    throw refused(`Input ${quoted(name)} has the shape [${shape.join(', ')}], which no tensor can have.`)
  return dtype === 'string' ? { dtype, shape, data: strings(name, shape, count, data) } : { dtype, shape, data: numbers(name, dtype, shape, count, data) }
}

function numbers(name: string, dtype: Exclude<Dtype, 'string'>, shape: readonly number[], count: number, data: Uint8Array): NumberArray | BigArray {
  const needed = count * dtypes[dtype].bytes
  if (data.byteLength !== needed)
    throw refused(`Input ${quoted(name)} has ${data.byteLength} bytes; ${dtype} [${shape.join(', ')}] takes ${needed}.`)
  if (dtype === 'bool' && data.some(byte => byte > 1))
    throw refused(`Input ${quoted(name)} holds booleans that are neither 0 nor 1.`)
  // A copy starts on a boundary of its elements; the bytes as they came may not.
  return viewAs(dtype, new Uint8Array(data).buffer)
}

function strings(name: string, shape: readonly number[], count: number, data: Uint8Array): readonly string[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(data).toString('utf8'))
  }
  catch {
    throw refused(`Input ${quoted(name)} is not a JSON array of strings.`)
  }
  if (!Array.isArray(parsed) || !parsed.every(element => typeof element === 'string'))
    throw refused(`Input ${quoted(name)} is not a JSON array of strings.`)
  if (parsed.length !== count)
    throw refused(`Input ${quoted(name)} has ${parsed.length} strings; [${shape.join(', ')}] takes ${count}.`)
  return parsed
}

function bytesOf(value: TensorValue): Uint8Array {
  if (value.dtype === 'string')
    return new Uint8Array(Buffer.from(JSON.stringify(value.data), 'utf8'))
  const { buffer, byteOffset, byteLength } = value.data
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** A request is no file: what does not fit is the caller's. */
function asInvalidInput(check: () => void): void {
  try {
    check()
  }
  catch (error) {
    throw error instanceof TrancheError ? refused(error.message) : error
  }
}

function refused(message: string): TrancheError {
  return new TrancheError('invalid_input', message)
}
