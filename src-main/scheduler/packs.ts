import type { FileHandle } from 'node:fs/promises'
import type { RecordHead } from '../runtime/results/record'
import { Buffer } from 'node:buffer'
import { mkdir, open, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { TrancheError } from '../contract/errors'
import { packName, parsePlace } from '../runtime/results/place'
import { decodeHead, jsonBytesOf, prefixBytes } from '../runtime/results/record'

/** Files of a result are copied in pieces of this size. */
const pieceBytes = 2 ** 20

/** A result that lies in a pack. */
export interface Packed {
  /** The job's folder of results. */
  readonly folder: string
  /** The input's position in its job. */
  readonly index: number
  /** Its place as text (see `placeText`). */
  readonly place: string
}

/** The JSON of a result. Throws `state_damaged` where it is not as it was written. */
export async function readPacked(packed: Packed): Promise<unknown> {
  return withRecord(packed, async (_file, _at, head) => head.result)
}

/** Writes a result as files: its JSON alone as `target`, or a folder `target` with `result.json` and what belongs to it. */
export async function unpack(packed: Packed, target: string): Promise<void> {
  await withRecord(packed, async (file, filesAt, { result, files }) => {
    if (files.length > 0)
      await mkdir(target)
    await writeText(files.length > 0 ? join(target, 'result.json') : target, `${JSON.stringify(result)}\n`)
    let at = filesAt
    for (const { name, bytes, crc } of files) {
      if (await copyOut(file, at, bytes, join(target, name)) !== crc)
        throw damaged(packed)
      at += bytes
    }
  })
}

/**
 * Gives back what lies behind the last of these results in each pack: written by a worker that ended before it could report
 * it. Nothing refers to it.
 */
export async function trimPacks(folder: string, places: readonly string[]): Promise<void> {
  const ends = new Map<number, number>()
  for (const { epoch, at, bytes } of places.flatMap(text => parsePlace(text) ?? []))
    ends.set(epoch, Math.max(ends.get(epoch) ?? 0, at + bytes))
  for (const [epoch, end] of ends) {
    const path = join(folder, packName(epoch))
    if ((await stat(path)).size > end)
      await truncate(path, end)
  }
}

async function withRecord<T>(packed: Packed, use: (file: FileHandle, filesAt: number, head: RecordHead) => Promise<T>): Promise<T> {
  const place = parsePlace(packed.place)
  if (place === null)
    throw damaged(packed)
  const file = await open(join(packed.folder, packName(place.epoch)), 'r')
  try {
    const prefix = await readExactly(file, place.at, prefixBytes)
    const jsonBytes = prefix && jsonBytesOf(prefix, packed.index)
    const json = jsonBytes !== null && prefixBytes + jsonBytes <= place.bytes ? await readExactly(file, place.at + prefixBytes, jsonBytes) : null
    const head = prefix && json && decodeHead(prefix, json)
    if (!head || !json || prefixBytes + json.length + head.files.reduce((sum, { bytes }) => sum + bytes, 0) !== place.bytes)
      throw damaged(packed)
    return await use(file, place.at + prefixBytes + json.length, head)
  }
  finally {
    await file.close()
  }
}

/** Null where the file ends before. */
async function readExactly(file: FileHandle, at: number, bytes: number): Promise<Buffer | null> {
  const buffer = Buffer.alloc(bytes)
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, at + done)
    if (bytesRead === 0)
      return null
    done += bytesRead
  }
  return buffer
}

/** Returns the CRC-32 of what it copied; null where the pack ends before. */
async function copyOut(from: FileHandle, at: number, bytes: number, target: string): Promise<number | null> {
  const to = await open(target, 'wx')
  try {
    let crc = 0
    for (let done = 0; done < bytes;) {
      const piece = await readExactly(from, at + done, Math.min(pieceBytes, bytes - done))
      if (piece === null)
        return null
      await to.writeFile(piece)
      crc = crc32(piece, crc)
      done += piece.length
    }
    return crc
  }
  finally {
    await to.close()
  }
}

async function writeText(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx')
  await file.writeFile(text).finally(() => file.close())
}

function damaged({ folder, index, place }: Packed): TrancheError {
  return new TrancheError('state_damaged', `The result of input ${index} is damaged in ${join(folder, place.split(':')[0])}: the disk does not give back what was written. Retry the job to compute it again.`)
}
