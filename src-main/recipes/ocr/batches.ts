/** Some lines that go through the recogniser together, padded to the same width. */
interface Batch {
  /** Positions of the lines in the list that was planned. */
  readonly members: readonly number[]
  /** Width of the tensor in pixels, at least that of the widest member. */
  readonly width: number
}

interface BatchRules {
  readonly maxLines: number
  /** Lines x width of one batch: what keeps the activations within the processor's cache. */
  readonly maxPixels: number
  /** A line joins a batch only if it fills at least this share of the width. */
  readonly minFill: number
  /** Widths are rounded up to a multiple, so that few tensor shapes occur. */
  readonly widthStep: number
}

export const batchRules: BatchRules = { maxLines: 8, maxPixels: 1280, minFill: 0.9, widthStep: 16 }

/** Groups lines of similar width, widest first. Every line is in exactly one batch. */
export function planBatches(widths: readonly number[], rules: BatchRules = batchRules): Batch[] {
  const byWidth = widths.map((_, i) => i).sort((a, b) => widths[b] - widths[a])
  const batches: { members: number[], width: number }[] = []
  for (const line of byWidth) {
    const batch = batches.at(-1)
    if (batch && fits(batch, widths[line], rules))
      batch.members.push(line)
    else
      batches.push({ members: [line], width: Math.ceil(widths[line] / rules.widthStep) * rules.widthStep })
  }
  return batches
}

function fits(batch: { members: number[], width: number }, width: number, rules: BatchRules): boolean {
  const lines = batch.members.length + 1
  return lines <= rules.maxLines && lines * batch.width <= rules.maxPixels && width >= rules.minFill * batch.width
}
