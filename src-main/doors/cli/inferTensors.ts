import type { Job, WireTensor } from '../../contract/model'
import type { TensorValue } from '../../recipes/tensor/dtypes'
import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { extname, isAbsolute, resolve } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'
import { checkModelFile } from '../../recipes/onnx/checkModel'
import { dtypes, isDtype, viewAs } from '../../recipes/tensor/dtypes'
import { modelInputs } from '../../recipes/tensor/modelInputs'
import { parseNpy } from '../../recipes/tensor/npy'
import { syntheticTensors } from '../../recipes/tensor/synthetic'
import { parseTensorProto } from '../../recipes/tensor/tensorProto'

/**
 * `NAME=FILE` as a tensor of a request; the file is a .npy or a .pb. The name ends at the last `=` that leaves a file.
 *
 * @throws TrancheError `invalid_input`, `not_found`, or `unreadable_input` for a file that is no tensor
 */
export async function readTensorOption(given: string, cwd: string): Promise<WireTensor> {
  const at = given.lastIndexOf('=')
  if (at <= 0 || at === given.length - 1)
    throw new TrancheError('invalid_input', `--input takes NAME=FILE, for example --input x=picture.npy; ${JSON.stringify(given)} is not that.`)
  const path = resolve(cwd, given.slice(at + 1))
  const extension = extname(path).toLowerCase()
  if (extension !== '.npy' && extension !== '.pb')
    throw new TrancheError('invalid_input', `${path} is no tensor file. Give a .npy or .pb file.`)
  const bytes = await readFile(path).catch((thrown: unknown) => {
    throw new TrancheError(systemCode(thrown) === 'ENOENT' ? 'not_found' : 'unreadable_input', systemCode(thrown) === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${systemCode(thrown) ?? 'unknown reason'}).`)
  })
  return toWire(given.slice(0, at), extension === '.npy' ? parseNpy(bytes, path) : parseTensorProto(bytes, path).tensor)
}

/** Made-up tensors for the model of a served job, which has to be a file. Throws `invalid_input` where it is none. */
export async function madeUpTensors({ id, model }: Pick<Job, 'id' | 'model'>, { seed, dims }: { readonly seed: number, readonly dims: Readonly<Record<string, number>> }): Promise<WireTensor[]> {
  if (!isAbsolute(model))
    throw new TrancheError('invalid_input', `--synthetic needs a model that is a file; job ${id} serves ${model} of the catalog. Give its inputs with --input NAME=FILE.`)
  const header = await checkModelFile(model)
  return [...syntheticTensors(modelInputs(header), { seed, dims, index: 0 })].map(([name, value]) => toWire(name, value))
}

/** An output of a served model; null for a type that is not known here. */
export function fromWire({ dtype, shape, data }: WireTensor): TensorValue | null {
  const bytes = Buffer.from(data, 'base64')
  if (!isDtype(dtype))
    return null
  if (dtype === 'string')
    return { dtype, shape, data: JSON.parse(bytes.toString('utf8')) as string[] }
  return bytes.length % dtypes[dtype].bytes === 0 ? { dtype, shape, data: viewAs(dtype, new Uint8Array(bytes).buffer) } : null
}

function toWire(name: string, value: TensorValue): WireTensor {
  const bytes = value.dtype === 'string'
    ? Buffer.from(JSON.stringify(value.data), 'utf8')
    : Buffer.from(value.data.buffer, value.data.byteOffset, value.data.byteLength)
  return { name, dtype: value.dtype, shape: [...value.shape], data: bytes.toString('base64') }
}
