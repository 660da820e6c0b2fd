import type { VerbContext } from './context'
import { Buffer } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'

/** As much as one call takes. */
const maxBytes = 8 * 1024 * 1024

/** What a person may name where a text is asked for: a file, or `-` for standard input. */
export function sourceName(given: string): string {
  return given === '-' ? 'Standard input' : given
}

/**
 * The text of a file, or of standard input for `-`. UTF-8, or UTF-16 with its mark, as PowerShell writes it.
 *
 * @throws TrancheError `not_found` where there is no such file, `invalid_input` where it is no text or over 8 MiB
 */
export async function readText({ stdin, cwd, output }: Pick<VerbContext, 'stdin' | 'cwd' | 'output'>, given: string): Promise<string> {
  if (given === '-') {
    const input = stdin()
    if (input.isTTY)
      output.talk('Paste the text, then press Enter and Ctrl-D.')
    return decode(await collect(input, given), given)
  }
  const path = resolve(cwd, given)
  try {
    const stats = await stat(path)
    if (stats.isDirectory())
      throw wrong(`${path} is a folder. Name a text file, or - for standard input.`)
    if (stats.size > maxBytes)
      throw tooLarge(given)
    return decode(await collect(createReadStream(path), given), given)
  }
  catch (thrown) {
    const code = systemCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new TrancheError('not_found', `There is no file ${path}. Name a text file, or - for standard input.`)
    if (code === 'EACCES' || code === 'EPERM')
      throw wrong(`${path} may not be read by this user. Change its permissions, or name another file.`)
    throw thrown
  }
}

async function collect(source: AsyncIterable<Uint8Array>, given: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > maxBytes)
      throw tooLarge(given)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer, given: string): string {
  const mark = bytes.subarray(0, 2).toString('hex')
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8'
  const text = new TextDecoder(encoding).decode(bytes)
  if (text.includes('\0'))
    throw wrong(`${sourceName(given)} is not text: it holds NUL characters. Name a file that a command's output was saved in.`)
  if (text.trim() === '')
    throw wrong(`${sourceName(given)} is empty. Name a file that holds text.`)
  return text
}

function tooLarge(given: string): TrancheError {
  return wrong(`${sourceName(given)} is over ${maxBytes / 1024 / 1024} MiB. Save only the part that is asked for, then run this again.`)
}

function wrong(message: string): TrancheError {
  return new TrancheError('invalid_input', message)
}
