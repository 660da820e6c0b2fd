import type { FileHandle } from 'node:fs/promises'
import type { Part } from './format'
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Header, Pax } from 'tar'

/** tar's own unit (POSIX.1-2017, pax, "ustar Interchange Format"). */
const block = 512
const chunkBytes = 1024 * 1024

/** Writes a tar file part by part. What a part is copied from may still be appended to: it is as long as it was at first sight. */
export async function openArchive(path: string, atMs: number) {
  const out = await open(path, 'w', 0o600)
  const mtime = new Date(atMs)
  let written = 0

  async function put(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;)
      at += (await out.write(bytes, at)).bytesWritten
    written += bytes.length
  }

  const padding = (size: number) => Buffer.alloc((block - size % block) % block)

  function headerOf(path: string, size: number): Buffer {
    const fields = { path, size, mtime, mode: 0o600, type: 'File' as const }
    const header = new Header(fields)
    const bytes = Buffer.alloc(block)
    return header.encode(bytes, 0) ? Buffer.concat([new Pax({ path, size }).encode(), bytes]) : bytes
  }

  return {
    /** A part that is at hand. */
    async add(name: string, text: string): Promise<void> {
      const bytes = Buffer.from(text)
      await put(Buffer.concat([headerOf(name, bytes.length), bytes, padding(bytes.length)]))
    },
    /** A part from a file. Throws what opening it throws. */
    async copy(name: string, from: string): Promise<Part> {
      const source = await open(from, 'r')
      try {
        const { size } = await source.stat()
        const hash = createHash('sha256')
        await put(headerOf(name, size))
        for await (const chunk of contents(source, size)) {
          hash.update(chunk)
          await put(chunk)
        }
        await put(padding(size))
        return { path: name, bytes: size, sha256: hash.digest('hex') }
      }
      finally {
        await source.close()
      }
    },
    /** Ends the file and flushes it. Returns its size. */
    async end(): Promise<number> {
      await put(Buffer.alloc(2 * block))
      await out.sync()
      return written
    },
    close: () => out.close(),
  }
}

/** So many bytes of a file, with zeros in place of what was cut off since: the end of a pack that nothing names goes when its job ends. */
async function* contents(file: FileHandle, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < size;) {
    const chunk = Buffer.alloc(Math.min(chunkBytes, size - at))
    let filled = 0
    while (filled < chunk.length) {
      const { bytesRead } = await file.read(chunk, filled, chunk.length - filled, at + filled)
      if (bytesRead === 0)
        break
      filled += bytesRead
    }
    yield chunk
    at += chunk.length
  }
}
