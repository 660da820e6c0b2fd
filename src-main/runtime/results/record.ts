import type { RecipeOutput } from '../../recipes/recipe'
import { Buffer } from 'node:buffer'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { TrancheError } from '../../contract/errors'

/**
 * A result in a pack: four numbers of 32 bits, little endian (mark, index of the input, length of the JSON, CRC-32 of the three
 * and the JSON), the JSON (`recordHead`), then the bytes of the files that it names, in their order.
 */
const mark = 0x31524E54

/** Bytes before the JSON. */
export const prefixBytes = 16
const coveredBytes = 12

const recordHead = z.object({
  result: z.unknown(),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int().nonnegative(), crc: z.number().int().nonnegative() })),
})

export type RecordHead = z.infer<typeof recordHead>

export interface EncodedRecord {
  /** Make up the record, one after the other. */
  readonly pieces: readonly Uint8Array[]
  readonly bytes: number
  readonly withFiles: boolean
}

/** Throws `internal` where a recipe names a file by what is not a plain name, and what JSON cannot hold. */
export function encodeRecord(index: number, { result, files = [] }: RecipeOutput): EncodedRecord {
  for (const { name } of files) {
    if (!isPlainName(name))
      throw new TrancheError('internal', `A recipe named a result file ${JSON.stringify(name)}.`)
  }
  const head: RecordHead = { result, files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length, crc: crc32(bytes) })) }
  const json = Buffer.from(JSON.stringify(head))
  const prefix = Buffer.allocUnsafe(prefixBytes)
  prefix.writeUInt32LE(mark, 0)
  prefix.writeUInt32LE(index, 4)
  prefix.writeUInt32LE(json.length, 8)
  prefix.writeUInt32LE(crc32(json, crc32(prefix.subarray(0, coveredBytes))), coveredBytes)
  const pieces = [prefix, json, ...files.map(({ bytes }) => bytes)]
  return { pieces, bytes: pieces.reduce((sum, piece) => sum + piece.length, 0), withFiles: files.length > 0 }
}

/** Length of a record's JSON, from its first bytes; null where they are not the beginning of that input's record. */
export function jsonBytesOf(prefix: Uint8Array, index: number): number | null {
  const view = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  return view.length >= prefixBytes && view.readUInt32LE(0) === mark && view.readUInt32LE(4) === index ? view.readUInt32LE(8) : null
}

/** What a record says; null where a byte of it is not as it was written. */
export function decodeHead(prefix: Uint8Array, json: Uint8Array): RecordHead | null {
  const view = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  if (crc32(json, crc32(view.subarray(0, coveredBytes))) !== view.readUInt32LE(coveredBytes))
    return null
  const parsed = recordHead.safeParse(JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString()))
  return parsed.success && parsed.data.files.every(({ name }) => isPlainName(name)) ? parsed.data : null
}

/** Whether it names a file beside a result's JSON and nothing else. */
function isPlainName(name: string): boolean {
  return name !== '' && basename(name) === name && name !== '.' && name !== '..' && name !== 'result.json'
}
