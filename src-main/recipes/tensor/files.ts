import type { TensorValue } from './dtypes'
import type { ModelInput } from './modelInputs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'
import { printable, quoted } from '../onnx/printable'
import { safeFileNames } from './fileNames'
import { parseJsonTensors } from './json'
import { checkComplete, checkFits } from './modelInputs'
import { parseNpy } from './npy'
import { parseTensorProto } from './tensorProto'
import { unreadable } from './unreadable'

/** An input is held in memory, twice while it is decoded; larger ones would be refused by the slice's memory anyway. */
export const maxInputBytes = 2 ** 30
/** JSON takes about ten times its size while it is read. */
const maxJsonBytes = 2 ** 26

/**
 * Reads the tensors of one job input: a `.npy`, `.pb` or `.json` file, or a folder with one file an input, called
 * `input_N.pb` (N = position among the model's inputs, as in ONNX's own tests) or after the input. Checks them against
 * the model. Throws `unreadable_input` or `input_too_large`.
 */
export async function readTensorFiles(path: string, inputs: readonly ModelInput[]): Promise<Map<string, TensorValue>> {
  const tensors = await isFolder(path) ? await readFolder(path, inputs) : await readSingle(path, inputs)
  checkComplete(tensors, inputs, path)
  for (const input of inputs) {
    const tensor = tensors.get(input.name)
    if (tensor !== undefined)
      checkFits(tensor, input, inputs.length === 1 ? path : `${path}: input ${quoted(input.name)}`)
  }
  return tensors
}

async function readSingle(path: string, inputs: readonly ModelInput[]): Promise<Map<string, TensorValue>> {
  const extension = extname(path).toLowerCase()
  if (extension === '.json')
    return parseJsonTensors(await readBounded(path, maxJsonBytes), inputs, path)
  if (extension !== '.npy' && extension !== '.pb')
    throw unreadable(path, 'is not a tensor file. Give a .npy, .pb or .json file, or a folder with one of them for each input.')
  const [input, ...others] = inputs
  if (input === undefined || others.length > 0)
    throw unreadable(path, `is one tensor, but the model has ${inputs.length} inputs (${inputs.map(({ name }) => quoted(name)).join(', ')}). Give a folder with one file for each, or a .json file.`)
  return new Map([[input.name, await readTensor(path)]])
}

async function readFolder(folder: string, inputs: readonly ModelInput[]): Promise<Map<string, TensorValue>> {
  const names = new Set(await failing(folder, readdir(folder)))
  const safeNames = safeFileNames(inputs.map(input => input.name))
  const tensors = new Map<string, TensorValue>()
  for (const [position, input] of inputs.entries()) {
    const stems = new Set([`input_${position}`, safeNames[position] ?? input.name, input.name])
    const candidates = [...stems].flatMap(stem => [`${stem}.pb`, `${stem}.npy`])
    // Only names that the folder lists are opened, so a name with slashes leads nowhere.
    const found = candidates.filter(name => names.has(name))
    const [name] = found
    if (found.length > 1)
      throw unreadable(folder, `holds more than one file for input ${quoted(input.name)}: ${found.join(', ')}. Keep one.`)
    if (name === undefined)
      throw unreadable(folder, `has no file for input ${quoted(input.name)}. Add one of ${printable(candidates.join(', '))}.`)
    tensors.set(input.name, await readTensor(join(folder, name)))
  }
  return tensors
}

async function readTensor(path: string): Promise<TensorValue> {
  const bytes = await readBounded(path, maxInputBytes)
  return extname(path).toLowerCase() === '.npy' ? parseNpy(bytes, path) : parseTensorProto(bytes, path).tensor
}

async function isFolder(path: string): Promise<boolean> {
  return (await failing(path, stat(path))).isDirectory()
}

/** Reads a whole file, but only a plain one (a pipe may never end) and only up to a size. */
async function readBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  const info = await failing(path, stat(path))
  if (!info.isFile())
    throw unreadable(path, 'is not a file.')
  if (info.size > maxBytes)
    throw new TrancheError('input_too_large', `${printable(basename(path))} has ${Math.ceil(info.size / 2 ** 20)} MiB; up to ${maxBytes / 2 ** 20} MiB are accepted. Split it into several inputs${maxBytes === maxJsonBytes ? ', or give it as .npy' : ''}.`, { details: { input: path } })
  return failing(path, readFile(path))
}

async function failing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  }
  catch (error) {
    throw unreadable(path, systemCode(error) === 'ENOENT' ? 'does not exist.' : `cannot be read (${systemCode(error) ?? 'unknown reason'}).`)
  }
}
