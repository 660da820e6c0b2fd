import { Buffer } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import wavefile from 'wavefile'
import { TrancheError } from '../../src-main/contract/errors'
import { parseVadParams } from '../../src-main/recipes/vad/params'
import { readPeaks } from '../../src-main/recipes/vad/peaks'
import { createSegmenter } from '../../src-main/recipes/vad/segments'
import { openRecording, readSamples, shellQuoted } from '../../src-main/recipes/vad/wavFile'
import { tempDir } from '../helpers/tempDir'

/** Windows of 512 samples at 16 kHz: 32 ms each. */
function segments(probabilities: readonly number[], params: Record<string, unknown> = {}, totalSamples = probabilities.length * 512) {
  const segmenter = createSegmenter(parseVadParams(params), 512, 16_000)
  probabilities.forEach(segmenter.push)
  return segmenter.finish(totalSamples)
}

const speech = (windows: number) => Array.from({ length: windows }, () => 0.9)
const silence = (windows: number) => Array.from({ length: windows }, () => 0.1)

describe('segmentation', () => {
  it('pads speech by 30 ms and never beyond the recording', () => {
    expect(segments([...silence(10), ...speech(20), ...silence(10)])).toEqual([{ start: 10 * 512 - 480, end: 30 * 512 + 480 }])
    expect(segments(speech(20), {}, 20 * 512 - 100)).toEqual([{ start: 0, end: 20 * 512 - 100 }])
  })

  it('keeps speech together over a short silence and splits it at a long one', () => {
    expect(segments([...speech(20), ...silence(3), ...speech(20)])).toHaveLength(1)
    expect(segments([...speech(20), ...silence(6), ...speech(20)])).toHaveLength(2)
  })

  it('does not end speech at a probability between the two thresholds', () => {
    const hesitant = [...speech(20), ...Array.from({ length: 10 }, () => 0.4), ...speech(20)]
    expect(segments(hesitant)).toHaveLength(1)
    expect(segments(hesitant, { negativeThreshold: 0.45 })).toHaveLength(2)
  })

  it('drops speech that is too short, in the middle and at the end', () => {
    expect(segments([...speech(5), ...silence(10), ...speech(5)])).toEqual([])
    expect(segments([...speech(5), ...silence(10)], { minSpeechMs: 100 })).toHaveLength(1)
  })

  it('shares a silence that is shorter than two pads', () => {
    expect(segments([...speech(20), ...silence(6), ...speech(20)], { speechPadMs: 200 })).toEqual([
      { start: 0, end: 23 * 512 },
      { start: 23 * 512, end: 46 * 512 },
    ])
  })

  it('finds nothing in nothing', () => {
    expect(segments([])).toEqual([])
    expect(segments(silence(100))).toEqual([])
  })
})

describe('settings', () => {
  it('take Silero\'s defaults', () => {
    expect(parseVadParams({})).toEqual({ threshold: 0.5, negativeThreshold: 0.35, minSpeechMs: 250, minSilenceMs: 100, speechPadMs: 30 })
    expect(parseVadParams({ threshold: 0.1 }).negativeThreshold).toBe(0.01)
  })

  it.each([{ threshold: 1.5 }, { threshold: 'high' }, { minSpeechMs: -1 }, { negativeThreshold: 0.8 }, { tresholt: 0.5 }])('refuses %o', (params) => {
    expect(() => parseVadParams(params)).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error)
  })
})

describe('recordings', () => {
  const wave = Array.from({ length: 700 }, (_, at) => Math.sin(at / 10) * 0.8)
  const scale: Record<string, (value: number) => number> = {
    '8': value => Math.round(value * 128 + 128),
    '16': value => Math.round(value * 32767),
    '24': value => Math.round(value * 8388607),
    '32': value => Math.round(value * 2147483647),
    '32f': value => value,
    '64': value => value,
  }

  function write(bytes: Uint8Array, name = 'talk.wav'): string {
    const path = join(tempDir(), name)
    writeFileSync(path, bytes)
    return path
  }

  function encoded(bits: string, channels = 1, rate = 16_000): Uint8Array {
    const file = new wavefile.WaveFile()
    file.fromScratch(channels, rate, bits, Array.from({ length: channels }, () => wave.map(value => scale[bits]?.(value) ?? 0)))
    return file.toBuffer()
  }

  async function failure(path: string): Promise<TrancheError> {
    const thrown = await openRecording(path).catch((error: unknown) => error)
    if (!(thrown instanceof TrancheError))
      throw new Error('it was accepted')
    return thrown
  }

  it.each(Object.keys(scale))('decodes %s-bit samples', async (bits) => {
    const recording = await openRecording(write(encoded(bits)))
    const blocks: number[] = []
    for await (const block of readSamples(recording))
      blocks.push(...block)
    expect(recording.samples).toBe(700)
    expect(blocks).toHaveLength(700)
    const worst = Math.max(...blocks.map((value, at) => Math.abs(value - (wave[at] ?? 0))))
    expect(worst).toBeLessThan(bits === '8' ? 1 / 250 : 1e-4)
  })

  it('finds the samples behind other chunks, of odd length too', async () => {
    const plain = Buffer.from(encoded('16'))
    const list = Buffer.concat([Buffer.from('LIST'), Buffer.of(5, 0, 0, 0), Buffer.from('hello'), Buffer.of(0)])
    const path = write(Buffer.concat([plain.subarray(0, 12), list, plain.subarray(12), list]))
    expect((await openRecording(path)).samples).toBe(700)
  })

  it.each([
    ['an empty file', new Uint8Array(0), /is empty \(0 bytes\)/],
    ['no samples', Buffer.from(encoded('16')).fill(0, 40, 44).subarray(0, 44), /is empty: it holds 0 samples/],
    ['a truncated file', encoded('16').subarray(0, 900), /is truncated: its header promises 1400 bytes of samples and 856 are there/],
    ['a file cut in its header', encoded('16').subarray(0, 30), /is truncated/],
    ['a file cut in its first bytes', encoded('16').subarray(0, 6), /is truncated/],
    ['a recording that was never finished', Buffer.from(encoded('16')).fill(0xFF, 40, 44), /header was never finished/],
    ['8 kHz in stereo', encoded('16', 2, 8000), /has 2 channels at 8000 Hz/],
    ['44.1 kHz', encoded('24', 1, 44_100), /has 1 channel at 44100 Hz/],
    ['an MP3', Buffer.from('ID3\x03 and more than twelve bytes'), /is an MP3 file/],
    ['a FLAC', Buffer.from('fLaC and more than twelve bytes'), /is a FLAC file/],
    ['text', Buffer.from('this is no sound at all, only text'), /is not a WAV file/],
    ['a big-endian WAV', Buffer.from(Buffer.from(encoded('16')).toString('latin1').replace('RIFF', 'RIFX'), 'latin1'), /rare kind RIFX/],
  ])('refuses %s: says what it is, what is needed and the command to convert', async (_, bytes, found) => {
    const path = write(bytes)
    const { code, message } = await failure(path)
    expect(code).toBe('unreadable_input')
    expect(message).toMatch(found)
    expect(message).toContain(path)
    expect(message).toContain('1 channel at 16000 Hz')
    expect(message).toMatch(/ffmpeg -i \S+ -ac 1 -ar 16000 -c:a pcm_s16le \S+\.wav/)
  })

  it('refuses a compressed WAV and names the codec', async () => {
    const file = new wavefile.WaveFile(encoded('16'))
    file.toMuLaw()
    expect((await failure(write(file.toBuffer()))).message).toContain('compressed WAV file (mu-law)')
  })

  it('refuses samples that are not numbers', async () => {
    const file = new wavefile.WaveFile()
    file.fromScratch(1, 16_000, '32f', [0, Number.NaN, 0])
    const recording = await openRecording(write(file.toBuffer()))
    await expect(readSamples(recording).next()).rejects.toThrow(/not numbers \(NaN or infinite\)/)
  })

  it('refuses a folder and a path that leads nowhere', async () => {
    const folder = tempDir()
    expect((await failure(folder)).message).toContain('is not a file')
    expect((await failure(join(folder, 'none.wav'))).message).toContain('does not exist')
  })

  it('quotes the path in the command for the shell', () => {
    expect(shellQuoted('/data/it\'s here.wav', 'linux')).toBe('\'/data/it\'\\\'\'s here.wav\'')
    expect(shellQuoted('C:\\data\\a b.wav', 'win32')).toBe('"C:\\data\\a b.wav"')
  })

  it('draws the loudest sample of each stretch', async () => {
    const { durationMs, peaks } = await readPeaks(write(encoded('16')), 10)
    expect(durationMs).toBeCloseTo(43.75)
    expect(peaks).toHaveLength(10)
    expect(Math.max(...peaks)).toBeCloseTo(0.8, 1)
  })
})
