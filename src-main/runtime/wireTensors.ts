import type { WireTensor } from '../contract/model'
import type { PlainTensor } from './protocol'
import { Buffer } from 'node:buffer'
import { TrancheError } from '../contract/errors'

/** What all tensors of one request may take. */
export const maxRequestBytes = 64 * 1024 * 1024

const base64 = /^[a-z0-9+/]*={0,2}$/i

/**
 * Tensors of a caller as a worker takes them. Whether they fit the model is for the worker to say.
 *
 * @throws TrancheError `invalid_input` where the data is not base64, `input_too_large` over 64 MiB in all
 */
export function toPlainTensors(tensors: readonly WireTensor[]): PlainTensor[] {
  // Four characters hold three bytes, so the size is known before anything is decoded.
  const bytes = tensors.reduce((sum, { data }) => sum + Math.ceil(data.length / 4) * 3, 0)
  if (bytes > maxRequestBytes)
    throw new TrancheError('input_too_large', `The request has ${Math.ceil(bytes / 2 ** 20)} MiB of tensors; up to ${maxRequestBytes / 2 ** 20} MiB are accepted. Ask for less at a time.`)
  return tensors.map(({ name, dtype, shape, data }) => {
    if (data.length % 4 !== 0 || !base64.test(data))
      throw new TrancheError('invalid_input', `The data of tensor ${JSON.stringify(name)} is not base64. Encode its bytes (little endian, C order) as base64 with padding.`)
    return { name, dtype, shape, data: new Uint8Array(Buffer.from(data, 'base64')) }
  })
}

/** Tensors of a worker as a caller gets them. */
export function toWireTensors(tensors: readonly PlainTensor[]): WireTensor[] {
  return tensors.map(({ name, dtype, shape, data }) => ({ name, dtype, shape, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') }))
}
