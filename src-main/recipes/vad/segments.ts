import type { VadParams } from './params'

/** A stretch of speech, in samples from the start of the recording; the end is not part of it. */
export interface SampleRange {
  readonly start: number
  readonly end: number
}

/** Turns speech probabilities into segments as they come; nothing but the segments found is kept. */
export interface Segmenter {
  /** The probability of the next window. */
  readonly push: (probability: number) => void
  /** The padded segments of a recording of `totalSamples`. */
  readonly finish: (totalSamples: number) => readonly SampleRange[]
  /** All that another segmenter needs to go on from here. */
  readonly state: () => SegmenterState
}

export interface SegmenterState {
  readonly found: readonly SampleRange[]
  readonly position: number
  readonly start: number | null
  readonly silenceFrom: number | null
}

/**
 * The rules of Silero's `get_speech_timestamps` without its upper limit on the length of speech: a window at or above
 * `threshold` starts a segment; below `negativeThreshold` it may end, and does once the silence has lasted `minSilenceMs`
 * before another window reaches `threshold`; in between nothing changes.
 */
export function createSegmenter(params: VadParams, windowSamples: number, sampleRate: number, from?: SegmenterState): Segmenter {
  const samples = (ms: number) => sampleRate * ms / 1000
  const minSpeech = samples(params.minSpeechMs)
  const minSilence = samples(params.minSilenceMs)
  const found: SampleRange[] = [...from?.found ?? []]
  let position = from?.position ?? 0
  let start = from?.start ?? null
  let silenceFrom = from?.silenceFrom ?? null

  return {
    push(probability) {
      const at = position
      position += windowSamples
      if (probability >= params.threshold) {
        silenceFrom = null
        start ??= at
        return
      }
      if (start === null || probability >= params.negativeThreshold)
        return
      silenceFrom ??= at
      if (at - silenceFrom < minSilence)
        return
      if (silenceFrom - start > minSpeech)
        found.push({ start, end: silenceFrom })
      start = null
      silenceFrom = null
    },
    state: () => ({ found: [...found], position, start, silenceFrom }),
    finish(totalSamples) {
      const open = start !== null && totalSamples - start > minSpeech ? [{ start, end: totalSamples }] : []
      return padded([...found, ...open], samples(params.speechPadMs), totalSamples)
    },
  }
}

/** Widens each segment by `pad` samples on both sides; two that would meet share the silence between them. */
function padded(ranges: readonly SampleRange[], pad: number, totalSamples: number): SampleRange[] {
  const before = (gap: number) => gap < 2 * pad ? Math.floor(gap / 2) : pad
  return ranges.map(({ start, end }, index) => {
    const previous = ranges[index - 1]
    const next = ranges[index + 1]
    const lead = previous === undefined ? pad : before(start - previous.end)
    const tail = next === undefined ? pad : before(next.start - end)
    return {
      start: Math.floor(Math.max(0, start - lead)),
      end: Math.floor(Math.min(totalSamples, end + tail)),
    }
  })
}
