import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const rate = 16_000

/** What is said, and the silence before it in milliseconds. */
const utterances = [
  { before: 700, voice: 'en-gb', words: 'The nightly job has started on slice two.' },
  { before: 1100, voice: 'en-us', words: 'Memory is at eighty percent.' },
  { before: 900, voice: 'en-gb', words: 'All results have been written to disk.' },
]
const tail = 800

/** A quiet hiss in the pauses, at about -66 dB of full scale, as any microphone has. */
const hiss = 16

/**
 * Writes `speech.wav` (16 kHz, mono, 16 bit) and `speech.json` with the true segments. They are true because each
 * utterance is trimmed to its own sound before it is placed.
 */
export async function writeSpeech(folder) {
  const samples = []
  const segments = []
  const noise = noiseSource()
  const silence = (ms) => {
    for (let i = 0; i < ms * rate / 1000; i++)
      samples.push(noise())
  }
  for (const { before, voice, words } of utterances) {
    silence(before)
    const spoken = trim(await speak(voice, words))
    const startMs = Math.round(samples.length * 1000 / rate)
    for (const value of spoken)
      samples.push(Math.max(-32768, Math.min(32767, value + noise())))
    segments.push({ startMs, endMs: Math.round(samples.length * 1000 / rate) })
  }
  silence(tail)
  await writeFile(join(folder, 'speech.wav'), wav(Int16Array.from(samples)))
  await writeFile(join(folder, 'speech.json'), `${JSON.stringify({ segments }, null, 2)}\n`)
}

async function speak(voice, words) {
  const folder = await mkdtemp(join(tmpdir(), 'tranche-speech-'))
  try {
    const file = join(folder, 'spoken.wav')
    await run('espeak-ng', ['-v', voice, '-s', '160', '-w', file, words])
    return resample(parse(await readFile(file)))
  }
  finally {
    await rm(folder, { recursive: true })
  }
}

/** Samples and rate of a 16-bit mono WAV file. */
function parse(file) {
  const sourceRate = file.readUInt32LE(24)
  const at = file.indexOf('data') + 8
  return { sourceRate, samples: new Int16Array(file.buffer.slice(file.byteOffset + at, file.byteOffset + at + (file.length - at & ~1))) }
}

/** Windowed-sinc resampling to 16 kHz: without a low-pass the sibilants would fold back as whistles. */
function resample({ sourceRate, samples }) {
  const ratio = sourceRate / rate
  const cutoff = Math.min(1, 1 / ratio)
  const reach = 24
  return Int16Array.from({ length: Math.floor(samples.length / ratio) }, (_, i) => {
    const centre = i * ratio
    let sum = 0
    for (let j = Math.max(0, Math.ceil(centre - reach)); j <= Math.min(samples.length - 1, centre + reach); j++) {
      const t = (j - centre) * cutoff
      const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)
      sum += samples[j] * sinc * cutoff * (0.5 + 0.5 * Math.cos(Math.PI * (j - centre) / reach))
    }
    return Math.round(sum * 0.8)
  })
}

/** Cuts leading and trailing stretches of 10 ms whose energy is below a hundredth of the loudest amplitude. */
function trim(samples) {
  const step = rate / 100
  const loud = []
  let peak = 0
  for (const value of samples)
    peak = Math.max(peak, Math.abs(value))
  for (let at = 0; at + step <= samples.length; at += step) {
    const energy = samples.subarray(at, at + step).reduce((sum, value) => sum + value * value, 0) / step
    if (Math.sqrt(energy) > peak * 0.01)
      loud.push(at)
  }
  return samples.subarray(loud[0], loud.at(-1) + step)
}

/** Always the same noise: a linear congruential generator. */
function noiseSource() {
  let seed = 1
  return () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return Math.round((seed / 2147483648 - 0.5) * 2 * hiss)
  }
}

function wav(samples) {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.byteLength, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([header, Buffer.from(samples.buffer)])
}
