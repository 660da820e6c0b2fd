import type { NumericDtype, TensorValue } from './dtypes'
import type { NpyHeader } from './npyHeader'
import { Buffer } from 'node:buffer'
import { quoted } from '../onnx/printable'
import { dtypes, elementCount, viewAs } from './dtypes'
import { byteSwapped, rowMajor } from './layout'
import { parseNpyHeader } from './npyHeader'
import { unreadable } from './unreadable'

const magic = Uint8Array.of(0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59)
/** NumPy itself refuses to read longer headers (`max_header_size`). */
const maxHeaderBytes = 10_000

function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

/**
 * Reads a .npy file (numpy.lib.format: magic, version, header length, header, then the elements): numbers and booleans,
 * either byte order, C or Fortran order. Throws `unreadable_input` for anything else, and where shape and data disagree.
 */
export function parseNpy(bytes: Uint8Array, label: string): TensorValue {
  if (!isNpy(bytes))
    throw unreadable(label, 'is not a .npy file. Save it with numpy.save.')
  const { header, dataStart } = readHeader(bytes, label)
  const { dtype, swap } = elementType(header, label)
  const count = elementCount(header.shape)
  const shown = `(${header.shape.join(', ')}) of ${dtype}`
  if (count === null || !Number.isSafeInteger(count * dtypes[dtype].bytes))
    throw unreadable(label, `has the shape ${shown}, which is impossibly large.`)
  const needed = count * dtypes[dtype].bytes
  const present = bytes.length - dataStart
  if (needed !== present)
    throw unreadable(label, `has the shape ${shown}, which needs ${needed} bytes of data, but holds ${present}. ${present < needed ? 'It is cut short; copy or save it again.' : 'Save it again with numpy.save.'}`)
  // A copy with a buffer of its own (a Buffer's slice() would share), so that the elements start on their boundary.
  const copy = new Uint8Array(bytes.subarray(dataStart))
  const little = swap ? byteSwapped(copy, dtypes[dtype].bytes) : copy
  if (dtype === 'bool' && little.some(byte => byte > 1))
    throw unreadable(label, 'holds booleans that are neither 0 nor 1. Save it again with numpy.save.')
  const data = viewAs(dtype, little.buffer)
  return { dtype, shape: header.shape, data: header.fortranOrder ? rowMajor(dtype, data, header.shape) : data }
}

/** Writes a .npy file, version 1.0, little-endian, C order, its data aligned to 64 bytes as NumPy does. */
export function writeNpy(tensor: TensorValue & { readonly dtype: NumericDtype }): Uint8Array {
  const { numpy, bytes } = dtypes[tensor.dtype]
  const descr = `${bytes === 1 ? '|' : '<'}${numpy}`
  const shape = tensor.shape.length === 1 ? `(${tensor.shape[0]},)` : `(${tensor.shape.join(', ')})`
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`
  const padding = 64 - (magic.length + 4 + header.length + 1) % 64
  const text = `${header}${' '.repeat(padding % 64)}\n`
  const length = Uint8Array.of(1, 0, text.length & 0xFF, text.length >> 8)
  const { buffer, byteOffset, byteLength } = tensor.data
  return Buffer.concat([magic, length, Buffer.from(text, 'latin1'), new Uint8Array(buffer, byteOffset, byteLength)])
}

function readHeader(bytes: Uint8Array, label: string): { readonly header: NpyHeader, readonly dataStart: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const major = bytes[6]
  if (bytes.length < 12)
    throw unreadable(label, 'is cut short inside its header. Copy or save it again.')
  if (major !== 1 && major !== 2 && major !== 3)
    throw unreadable(label, `is a .npy file of version ${major}; versions 1 to 3 are supported.`)
  const start = major === 1 ? 10 : 12
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > maxHeaderBytes)
    throw unreadable(label, `has a header of ${length} bytes; ${maxHeaderBytes} are accepted.`)
  if (start + length > bytes.length)
    throw unreadable(label, 'is cut short inside its header. Copy or save it again.')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString(major === 3 ? 'utf8' : 'latin1')
  const header = parseNpyHeader(text)
  if (typeof header === 'string')
    throw unreadable(label, `${header}.`)
  return { header, dataStart: start + length }
}

function elementType(header: NpyHeader, label: string): { readonly dtype: NumericDtype, readonly swap: boolean } {
  const { descr } = header
  if (/O/.test(descr))
    throw unreadable(label, 'holds Python objects, which are never loaded because they can run code. Save numbers: array.astype("float32").')
  const [, order, type] = /^([<>|=]?)(\w+)$/.exec(descr) ?? []
  const dtype = (Object.keys(dtypes) as NumericDtype[]).find(name => dtypes[name].numpy === type)
  if (dtype === undefined)
    throw unreadable(label, `holds elements of type ${quoted(descr)}. Supported are float16/32/64, int8 to int64, uint8 to uint64 and bool; text goes in a .pb or .json file.`)
  return { dtype, swap: order === '>' }
}
