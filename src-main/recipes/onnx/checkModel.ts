import type { ModelHeader } from './header'
import type { Lookalike } from './sniff'
import type { ByteSource } from './wire'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'
import { externalDataProblem } from './externalData'
import { readModelHeader } from './header'
import { printable } from './printable'
import { sniff, sniffBytes } from './sniff'
import { supportProblem } from './support'
import { WireError } from './wire'

/** protobuf cannot hold a larger message; larger models keep their weights beside the model file. */
const maxModelBytes = 2 ** 31 - 1

/**
 * Checks a model file before ONNX Runtime sees it and returns what it says of itself. Weights are skipped, so it takes
 * milliseconds and little memory for a model of any size. Throws `bad_model` where the file is not an ONNX model (saying
 * what it looks like), is damaged, asks for data outside its own folder, or needs what this version does not support.
 */
export async function checkModelFile(path: string): Promise<ModelHeader> {
  const file = openModelFile(path)
  try {
    const header = checkModelSource(file.source, path)
    const outside = header.external.map(entry => externalDataProblem(entry, dirname(path))).find(problem => problem !== null)
    if (outside !== undefined)
      throw badModel(path, `is not accepted: ${outside}. Data beside a model must be plain files in the model's own folder.`)
    return header
  }
  finally {
    closeSync(file.descriptor)
  }
}

/** The checks that need only the bytes of the model; `path` is for messages. */
export function checkModelSource(source: ByteSource, path: string): ModelHeader {
  if (source.size === 0)
    throw badModel(path, 'is empty. Download or export it again.')
  if (source.size > maxModelBytes)
    throw badModel(path, 'is larger than 2 GiB, which ONNX cannot read. Export it with its weights as external data.')
  const lookalike = sniff(source.read(0, sniffBytes))
  if (lookalike !== null)
    throw notOnnx(path, lookalike)
  const header = parsed(source, path)
  if (!header.hasGraph || header.irVersion < 1)
    throw badModel(path, 'is not an ONNX model: it holds no graph. Add the .onnx file itself.')
  if (header.opsets.length === 0)
    throw badModel(path, 'names no operator set, so its operators have no meaning. Export it again.')
  const [problem] = header.problems
  if (problem !== undefined)
    throw badModel(path, `is damaged: ${problem}. Download or export it again.`)
  const unsupported = supportProblem(header)
  if (unsupported !== null)
    throw badModel(path, `cannot run here. ${unsupported}`, { unsupported: true })
  return header
}

function parsed(source: ByteSource, path: string): ModelHeader {
  try {
    return readModelHeader(source)
  }
  catch (error) {
    if (!(error instanceof WireError))
      throw error
    // Every model starts with its format version (field 1, a varint): then it was a model, and now it is cut short.
    if (error.truncated && source.read(0, 1)[0] === 0x08)
      throw badModel(path, `is cut short: ${error.message}. Download or copy it again.`)
    throw badModel(path, `is not an ONNX model: its bytes are not what ONNX writes (${printable(error.message)}). Check that it is the .onnx file itself and not damaged.`)
  }
}

/** Opens a model's file for reading; whoever opens it closes the descriptor. Throws `bad_model`. */
export function openModelFile(path: string): { readonly descriptor: number, readonly source: ByteSource } {
  try {
    // Opening a pipe or a device could wait for ever; only files are opened.
    if (!statSync(path).isFile())
      throw badModel(path, 'is not a file. Add the .onnx file itself.')
    const descriptor = openSync(path, 'r')
    return { descriptor, source: fileSource(descriptor) }
  }
  catch (error) {
    if (error instanceof TrancheError)
      throw error
    throw badModel(path, systemCode(error) === 'ENOENT' ? 'does not exist. Add the model again.' : `cannot be read (${systemCode(error) ?? 'unknown reason'}). Check its permissions.`)
  }
}

/** Reads a file page by page. Reads are synchronous: the walk between two of them is what takes the time. */
function fileSource(descriptor: number): ByteSource {
  const { size } = fstatSync(descriptor)
  return {
    size,
    read(position, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)))
      let filled = 0
      while (filled < bytes.length) {
        const count = readSync(descriptor, bytes, filled, bytes.length - filled, position + filled)
        if (count === 0)
          throw new WireError('the file became shorter while it was read', true)
        filled += count
      }
      return bytes
    },
  }
}

function notOnnx(path: string, lookalike: Lookalike): TrancheError {
  return badModel(path, `is not an ONNX model. It looks like ${lookalike.looksLike}. ${lookalike.advice}`)
}

function badModel(path: string, problem: string, more: Readonly<Record<string, unknown>> = {}): TrancheError {
  return new TrancheError('bad_model', `${printable(path)} ${problem}`, { details: { path, ...more } })
}
