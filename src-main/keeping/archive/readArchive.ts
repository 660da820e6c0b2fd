import type { FileHandle } from 'node:fs/promises'
import { Buffer } from 'node:buffer'
import { open } from 'node:fs/promises'
import { Header, Pax } from 'tar'

const block = 512
const chunkBytes = 1024 * 1024
/** More than a path of the lab can take. */
const maxPaxBytes = 64 * 1024

export interface ArchiveEntry {
  readonly path: string
  readonly size: number
  /** To be read before the next entry is asked for, or not at all. */
  readonly contents: () => AsyncIterable<Buffer>
}

/**
 * The entries of a tar file in their order. Only plain files are let through; anything else (links, devices, folders) and
 * anything that is not tar throws an `Error` that says what it is.
 */
export async function* readArchive(path: string): AsyncIterable<ArchiveEntry> {
  const file = await open(path, 'r')
  try {
    let at = 0
    let extended: Pax | undefined
    for (;;) {
      const bytes = await exactly(file, at, block)
      at += block
      if (bytes.every(byte => byte === 0))
        return
      const header = new Header(bytes, 0, extended)
      if (!header.cksumValid || header.path === undefined || header.size === undefined || header.size < 0)
        throw new Error(`at byte ${at - block} it is no tar file`)
      const { size } = header
      const start = at
      at += size + (block - size % block) % block
      if (header.type === 'ExtendedHeader' && size <= maxPaxBytes) {
        extended = Pax.parse((await exactly(file, start, size)).toString('utf8'), undefined)
        continue
      }
      if (header.type !== 'File' && header.type !== 'OldFile')
        throw new Error(`${header.path} in it is a ${header.type}, not a file`)
      extended = undefined
      yield { path: header.path, size, contents: () => range(file, start, size) }
    }
  }
  finally {
    await file.close()
  }
}

async function* range(file: FileHandle, from: number, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < size; at += chunkBytes)
    yield await exactly(file, from + at, Math.min(chunkBytes, size - at))
}

async function exactly(file: FileHandle, at: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, at + filled)
    if (bytesRead === 0)
      throw new Error('it ends in the middle')
    filled += bytesRead
  }
  return bytes
}
