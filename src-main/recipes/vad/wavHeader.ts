/** Where the samples of a WAV file lie and how they are written. */
export interface WavFormat {
  readonly channels: number
  readonly sampleRate: number
  readonly encoding: 'integer' | 'float'
  /** Bits of a sample: 8 (unsigned), 16, 24, 32 (signed), or 32, 64 (float). */
  readonly bits: number
  readonly dataStart: number
  readonly dataBytes: number
}

/**
 * What is wrong with a file that should be a WAV: `found` is a clause that follows its name. An `empty` one holds no
 * sound, of a `cut` one a part is there, a `foreign` one is sound of another kind, or no sound at all.
 */
export interface WavProblem {
  readonly kind: 'empty' | 'cut' | 'foreign'
  readonly found: string
}

/** Reads bytes of the file; fewer than asked for only at its end. */
export type ReadAt = (position: number, length: number) => Promise<Uint8Array>

/** Names of the codecs that turn up in WAV files (RFC 2361). */
const codecs: ReadonlyMap<number, string> = new Map([
  [0x0002, 'Microsoft ADPCM'],
  [0x0006, 'A-law'],
  [0x0007, 'mu-law'],
  [0x0011, 'IMA ADPCM'],
  [0x0031, 'GSM 6.10'],
  [0x0050, 'MPEG'],
  [0x0055, 'MP3'],
  [0x00FF, 'AAC'],
  [0x0161, 'WMA'],
])
const pcm = 1
const float = 3
const extensible = 0xFFFE

/** First bytes of other sound files. */
const containers = [
  { at: 0, magic: 'fLaC', name: 'a FLAC file' },
  { at: 0, magic: 'OggS', name: 'an Ogg file' },
  { at: 0, magic: 'ID3', name: 'an MP3 file' },
  { at: 4, magic: 'ftyp', name: 'an MP4 or M4A file' },
  { at: 0, magic: 'FORM', name: 'an AIFF file' },
  { at: 0, magic: '\x1AE\xDF\xA3', name: 'a WebM or Matroska file' },
]

const maxChunks = 1000

/**
 * Finds the format and the samples of a RIFF/WAVE file (Microsoft and IBM, "Multimedia Programming Interface and Data
 * Specifications 1.0"; WAVE_FORMAT_EXTENSIBLE for the GUID form) by walking its chunks. Samples are not read.
 */
export async function readWavHeader(read: ReadAt, fileBytes: number): Promise<WavFormat | WavProblem> {
  const head = await read(0, 12)
  const container = ascii(head, 0)
  if (container !== 'RIFF' || ascii(head, 8) !== 'WAVE')
    return container === 'RF64' || container === 'RIFX' ? foreign(`is a WAV file of the rare kind ${container}`) : looksLike(head)
  let format: Omit<WavFormat, 'dataStart' | 'dataBytes'> | null = null
  let position = 12
  for (let count = 0; count < maxChunks && position + 8 <= fileBytes; count++) {
    const chunk = view(await read(position, 8 + 40))
    const id = String.fromCharCode(chunk.getUint8(0), chunk.getUint8(1), chunk.getUint8(2), chunk.getUint8(3))
    const length = chunk.getUint32(4, true)
    const start = position + 8
    if (id === 'data')
      return format === null ? foreign('is a damaged WAV file: its samples come before their format') : placed(format, start, length, fileBytes)
    if (id === 'fmt ') {
      const parsed = readFormat(chunk, length)
      if ('found' in parsed)
        return parsed
      format = parsed
    }
    // Chunks start on even positions.
    position = start + length + length % 2
  }
  return cut(`is a WAV file that ends before its ${format === null ? 'format' : 'samples'}: it is truncated`)
}

function readFormat(chunk: DataView, length: number): Omit<WavFormat, 'dataStart' | 'dataBytes'> | WavProblem {
  if (length < 16 || chunk.byteLength < 8 + 16)
    return cut('is a WAV file whose format is cut short: it is truncated')
  const tag = chunk.getUint16(8, true)
  const channels = chunk.getUint16(10, true)
  const sampleRate = chunk.getUint32(12, true)
  const frameBytes = chunk.getUint16(20, true)
  const bits = chunk.getUint16(22, true)
  // The first two bytes of the GUID of an extensible format are the plain format's tag.
  const kind = tag === extensible && length >= 40 && chunk.byteLength >= 48 ? chunk.getUint16(32, true) : tag
  const encoding = kind === pcm ? 'integer' : kind === float ? 'float' : null
  if (encoding === null)
    return foreign(`is a compressed WAV file (${codecs.get(kind) ?? `format 0x${kind.toString(16).padStart(4, '0')}`})`)
  const known = encoding === 'integer' ? [8, 16, 24, 32] : [32, 64]
  if (!known.includes(bits) || channels === 0 || sampleRate === 0 || frameBytes !== channels * bits / 8)
    return foreign(`is a WAV file with an impossible format (${channels} channels, ${sampleRate} Hz, ${bits} bits, ${frameBytes} bytes a frame)`)
  return { channels, sampleRate, encoding, bits }
}

function placed(format: Omit<WavFormat, 'dataStart' | 'dataBytes'>, dataStart: number, length: number, fileBytes: number): WavFormat | WavProblem {
  const present = fileBytes - dataStart
  if (length === 0xFFFFFFFF)
    return cut('is a WAV file whose header was never finished (it was written to a pipe, or the recording was interrupted)')
  if (length > present)
    return cut(`is truncated: its header promises ${length} bytes of samples and ${Math.max(0, present)} are there`)
  if (length % (format.channels * format.bits / 8) !== 0)
    return cut(`is damaged: its ${length} bytes of samples are not a whole number of samples`)
  return { ...format, dataStart, dataBytes: length }
}

/** What a file that is no WAV seems to be, by its first bytes. */
function looksLike(head: Uint8Array): WavProblem {
  const start = ascii(head, 0)
  if (head.length === 0)
    return { kind: 'empty', found: 'is empty (0 bytes)' }
  if (head.length < 12 && 'RIFF'.startsWith(start))
    return cut('is a WAV file cut short after its first bytes: it is truncated')
  const known = containers.find(({ at, magic }) => ascii(head, at).startsWith(magic))
  const isMpeg = head[0] === 0xFF && ((head[1] ?? 0) & 0xE0) === 0xE0
  const name = known?.name ?? (isMpeg ? 'an MP3 or AAC file' : null)
  return foreign(name === null ? 'is not a WAV file' : `is ${name}, not a WAV file`)
}

function cut(found: string): WavProblem {
  return { kind: 'cut', found }
}

function foreign(found: string): WavProblem {
  return { kind: 'foreign', found }
}

function ascii(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
