import type { Head } from './format'
import { Buffer } from 'node:buffer'
import { head, headName } from './format'
import { readArchive } from './readArchive'

const maxBytes = 64 * 1024

/** Who wrote a backup and when; null for a file that does not begin as one. Whether it is whole, only reading all of it tells. */
export async function readHead(file: string): Promise<Head | null> {
  const entries = readArchive(file)[Symbol.asyncIterator]()
  try {
    const { value: first } = await entries.next()
    return first?.path === headName && first.size <= maxBytes ? head.parse(JSON.parse(await readText(first.contents()))) : null
  }
  catch {
    return null
  }
  finally {
    await entries.return?.()
  }
}

export async function readText(contents: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of contents)
    chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
