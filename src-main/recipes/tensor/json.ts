import type { Dtype, TensorValue } from './dtypes'
import type { ModelInput } from './modelInputs'
import { elementTypeName } from '../onnx/elementTypes'
import { quoted } from '../onnx/printable'
import { dtypes, elementCount, isDtype } from './dtypes'
import { fillFromJson } from './jsonNumbers'
import { unreadable } from './unreadable'

const maxDepth = 64

/**
 * Reads the inputs of a model from JSON: `{"x": {"shape": [2, 2], "dtype": "float32", "data": [1, 2, 3, 4]}}` or
 * `{"x": [[1, 2], [3, 4]]}`, where dtype and shape default to the model's type and the nesting of the data; for a model with
 * one input, its value alone is enough. Infinities, NaN and 64-bit integers beyond 2^53 are given as strings. Throws
 * `unreadable_input`.
 */
export function parseJsonTensors(bytes: Uint8Array, inputs: readonly ModelInput[], label: string): Map<string, TensorValue> {
  const root = parseJson(bytes, label)
  const [first, ...others] = inputs
  if (first !== undefined && others.length === 0 && isTensorAlone(root, first.name))
    return new Map([[first.name, toTensor(root, first, label)]])
  if (!isObject(root))
    throw unreadable(label, `has to be an object with the inputs ${inputs.map(input => quoted(input.name)).join(', ')}.`)
  const tensors = new Map<string, TensorValue>()
  for (const [name, value] of Object.entries(root)) {
    const input = inputs.find(candidate => candidate.name === name)
    if (input === undefined)
      throw unreadable(label, `gives ${quoted(name)}, which is no input of the model. Its inputs: ${inputs.map(known => quoted(known.name)).join(', ')}.`)
    tensors.set(name, toTensor(value, input, `${label}: input ${quoted(name)}`))
  }
  return tensors
}

function parseJson(bytes: Uint8Array, label: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  }
  catch (error) {
    throw unreadable(label, error instanceof SyntaxError ? `is not valid JSON: ${quoted(error.message)}.` : 'is not UTF-8 text. Save it as UTF-8.')
  }
}

function isTensorAlone(root: unknown, inputName: string): boolean {
  return !isObject(root) || (Object.hasOwn(root, 'data') && !Object.hasOwn(root, inputName))
}

function toTensor(value: unknown, input: ModelInput, label: string): TensorValue {
  const given = isObject(value) ? value : { data: value }
  const unknown = Object.keys(given).find(key => !['shape', 'dtype', 'data'].includes(key))
  if (unknown !== undefined || !Object.hasOwn(given, 'data'))
    throw unreadable(label, unknown === undefined ? 'has no "data".' : `has an unknown key ${quoted(unknown)}; known are "shape", "dtype" and "data".`)
  const dtype = readDtype(given.dtype, input.dtype, label)
  const { flat, shape: nesting } = flatten(given.data, label)
  const shape = given.shape === undefined ? nesting : readShape(given.shape, label)
  const isFlat = nesting.length === 1
  if (elementCount(shape) !== flat.length || (!isFlat && String(nesting) !== String(shape)))
    throw unreadable(label, `has the shape [${shape.join(', ')}], but its data is [${nesting.join(', ')}].`)
  return fillFromJson(flat, dtype, shape, label)
}

function readDtype(value: unknown, fallback: Dtype, label: string): Dtype {
  if (value === undefined)
    return fallback
  if (typeof value !== 'string' || !isDtype(value))
    throw unreadable(label, `has the dtype ${quoted(String(value))}; known are ${Object.values(dtypes).map(({ code }) => elementTypeName(code)).join(', ')}.`)
  return value
}

function readShape(value: unknown, label: string): number[] {
  if (!Array.isArray(value) || value.length > maxDepth || !value.every(dim => Number.isSafeInteger(dim) && dim >= 0))
    throw unreadable(label, 'has a "shape" that is not a list of whole numbers.')
  return value
}

/** Flattens nested lists of equal lengths; a value that is no list is a scalar, of shape []. */
function flatten(value: unknown, label: string): { readonly flat: readonly unknown[], readonly shape: readonly number[] } {
  const shape: number[] = []
  let level: readonly unknown[] = [value]
  while (level.length > 0 && level.some(Array.isArray)) {
    const [first] = level
    const length = Array.isArray(first) ? first.length : -1
    if (shape.length === maxDepth || !level.every(item => Array.isArray(item) && item.length === length))
      throw unreadable(label, shape.length === maxDepth ? `is nested more than ${maxDepth} deep.` : 'has lists of different lengths at the same depth.')
    shape.push(length)
    level = level.flat() as readonly unknown[]
  }
  return { flat: level, shape }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
