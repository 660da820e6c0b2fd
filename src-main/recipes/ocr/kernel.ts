/** Weights of a resampling kernel for each of `phases` positions between two pixels. */
export interface KernelTable {
  /** Pixels that take part in one sample; the first lies `before` pixels before the sample's own pixel. */
  readonly taps: number
  readonly before: number
  /** phases x taps weights; those of a phase sum to 1. */
  readonly weights: Float32Array
}

export const phases = 64

/**
 * A cubic kernel (Keys, 1981: a = -0.5). Where `scale` pixels become one, it widens by that factor, so that no pixel
 * is passed over and thin strokes survive.
 */
export function cubicTable(scale: number): KernelTable {
  const stretch = Math.max(1, scale)
  const reach = Math.ceil(2 * stretch)
  const taps = 2 * reach
  const before = reach - 1
  const weights = new Float32Array(phases * taps)
  for (let phase = 0; phase < phases; phase++) {
    const row = weights.subarray(phase * taps, (phase + 1) * taps)
    for (let tap = 0; tap < taps; tap++)
      row[tap] = cubic((tap - before - phase / phases) / stretch)
    const sum = row.reduce((a, b) => a + b, 0)
    row.forEach((weight, tap) => row[tap] = weight / sum)
  }
  return { taps, before, weights }
}

function cubic(x: number): number {
  const t = Math.abs(x)
  if (t < 1)
    return (1.5 * t - 2.5) * t * t + 1
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0
}
