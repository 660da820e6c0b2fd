import type { FileHandle } from 'node:fs/promises'
import type { ReadAt, WavFormat, WavProblem } from './wavHeader'
import { open, stat } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'
import { printable } from '../onnx/printable'
import { decodeSamples } from './samples'
import { sampleRate } from './sound'
import { readWavHeader } from './wavHeader'

/** A recording whose header was found good; its samples are still in the file. */
export interface Recording {
  readonly path: string
  readonly format: WavFormat
  readonly samples: number
}

/** Samples decoded at a time: 2 s at 16 kHz, a whole number of windows. */
const blockSamples = 32_768

/**
 * Checks that a file is an uncompressed WAV of one channel at 16 kHz with all its samples. Throws `unreadable_input`,
 * which says what the file is and how to convert it; nothing is resampled or mixed silently, as that changes results.
 */
export async function openRecording(path: string): Promise<Recording> {
  const file = await openFile(path)
  try {
    const { size } = await file.stat()
    const format = await readWavHeader(reader(file), size)
    if ('found' in format)
      throw notUsable(path, format)
    if (format.channels !== 1 || format.sampleRate !== sampleRate)
      throw notUsable(path, { kind: 'foreign', found: `has ${format.channels === 1 ? '1 channel' : `${format.channels} channels`} at ${format.sampleRate} Hz` })
    const samples = format.dataBytes / (format.bits / 8)
    if (samples === 0)
      throw notUsable(path, { kind: 'empty', found: 'is empty: it holds 0 samples' })
    return { path, format, samples }
  }
  finally {
    await file.close()
  }
}

/** The samples of a recording from one on, block by block; each block but the last is a whole number of windows. */
export async function* readSamples(recording: Recording, from = 0): AsyncGenerator<Float32Array> {
  const { path, format, samples } = recording
  const width = format.bits / 8
  const file = await openFile(path)
  try {
    const read = reader(file)
    for (let at = from; at < samples; at += blockSamples) {
      const wanted = Math.min(blockSamples, samples - at) * width
      const bytes = await read(format.dataStart + at * width, wanted)
      if (bytes.length < wanted)
        throw notUsable(path, { kind: 'cut', found: 'became shorter while it was read' })
      const block = decodeSamples(bytes, format)
      // The model's state would stay NaN for the rest of the recording.
      if (format.encoding === 'float' && !block.every(Number.isFinite))
        throw notUsable(path, { kind: 'foreign', found: `holds samples that are not numbers (NaN or infinite), ${(at / sampleRate).toFixed(1)} s into it or soon after` })
      yield block
    }
  }
  finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Opening a pipe would wait for its writer; only files are opened.
    if (!(await stat(path)).isFile())
      throw new TrancheError('unreadable_input', `${printable(path)} is not a file. Give a WAV file.`, { details: { input: path } })
    return await open(path, 'r')
  }
  catch (error) {
    if (error instanceof TrancheError)
      throw error
    const reason = systemCode(error) === 'ENOENT' ? 'does not exist. Check its path.' : `cannot be read (${systemCode(error) ?? 'unknown reason'}). Check its permissions.`
    throw new TrancheError('unreadable_input', `${printable(path)} ${reason}`, { details: { input: path }, cause: error })
  }
}

function reader(file: FileHandle): ReadAt {
  return async (position, length) => {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled)
      if (bytesRead === 0)
        break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  }
}

function notUsable(path: string, problem: WavProblem): TrancheError {
  return new TrancheError(
    'unreadable_input',
    `${printable(path)} ${problem.found}. Needed is an uncompressed WAV file with 1 channel at ${sampleRate} Hz. ${remedy(path, problem)}`,
    { details: { input: path, found: problem.found } },
  )
}

/** The command to run. A file without sound in it has nothing to convert: the original recording has to be found. */
function remedy(path: string, { kind }: WavProblem): string {
  const { dir, name } = parse(path)
  const converted = join(dir, `${name}-16k.wav`)
  const command = (from: string, to: string) => `ffmpeg -i ${from} -ac 1 -ar ${sampleRate} -c:a pcm_s16le ${shellQuoted(to)}`
  switch (kind) {
    case 'empty': return `Record it again, or convert the original: ${command('ORIGINAL', path)}`
    case 'cut': return `Copy it again, or keep what is there: ${command(shellQuoted(path), converted)}`
    case 'foreign': return `Convert it: ${command(shellQuoted(path), converted)}`
  }
}

/** Quoted for the shell of the system, so that the command can be pasted whatever the file is called. */
export function shellQuoted(path: string, platform: NodeJS.Platform = process.platform): string {
  const shown = printable(path)
  return platform === 'win32' ? `"${shown}"` : `'${shown.replaceAll('\'', '\'\\\'\'')}'`
}
