import { sampleRate } from './sound'
import { openRecording, readSamples } from './wavFile'

/**
 * The outline of a recording for drawing: the loudest sample of each of `buckets` equal stretches, 0 to 1. Reads block
 * by block, so a long recording takes no more memory than a short one. Throws `unreadable_input` as the recipe does.
 */
export async function readPeaks(path: string, buckets: number): Promise<{ durationMs: number, peaks: number[] }> {
  const recording = await openRecording(path)
  const peaks = Array.from({ length: buckets }, () => 0)
  let position = 0
  for await (const block of readSamples(recording)) {
    for (const sample of block) {
      const bucket = Math.floor(position++ * buckets / recording.samples)
      peaks[bucket] = Math.max(peaks[bucket], Math.min(1, Math.abs(sample)))
    }
  }
  return { durationMs: recording.samples * 1000 / sampleRate, peaks: peaks.map(peak => Math.round(peak * 1000) / 1000) }
}
