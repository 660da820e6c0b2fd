/** The sound that the `vad` recipe takes: one channel at 16 kHz, judged in windows of 512 samples (32 ms). */
export const sampleRate = 16_000
export const windowSamples = 512
