export interface LargestOptions {
  /** Not more than this, whatever fits. */
  readonly most: number
  readonly limitMiB: number
  /** Runs a batch of this size. Rejects where the model cannot. */
  readonly runAt: (batch: number) => Promise<void>
  /** The most that the process has held at any time. */
  readonly peakMiB: () => number
  /** What the graph says that a batch of this size needs; 0 where it does not tell. */
  readonly estimateMiB: (batch: number) => number
  readonly nowMs: () => number
  /** A run that takes longer is the last one tried. */
  readonly longestMs: number
}

export interface Largest {
  readonly batch: number
  readonly why: 'memory' | 'most' | 'time' | 'failed'
}

/** What is left of the memory after a step is approached by this part of it, as the next step is a forecast. */
const caution = 0.9

/**
 * The largest batch that fits into the memory, found by running ever larger ones: doubled while twice the batch is forecast to
 * fit, then by smaller steps. A forecast takes the larger of what the last step took for each input and what the graph
 * says, so that a step that would not fit is not tried.
 */
export async function findLargest(options: LargestOptions): Promise<Largest> {
  const { most, limitMiB, runAt, peakMiB, nowMs, longestMs } = options
  let batch = 0
  let peak = peakMiB()
  let next = 1
  for (;;) {
    const startedAt = nowMs()
    try {
      await runAt(next)
    }
    catch {
      return { batch, why: 'failed' }
    }
    const now = peakMiB()
    if (now > limitMiB)
      return { batch, why: 'memory' }
    const each = (now - peak) / (next - batch)
    batch = next
    peak = now
    if (batch >= most)
      return { batch, why: 'most' }
    if (nowMs() - startedAt > longestMs)
      return { batch, why: 'time' }
    next = nextStep(options, batch, peak, each)
    // Closer than this is not worth another run.
    if (next - batch <= batch / 16)
      return { batch, why: 'memory' }
  }
}

function nextStep({ most, limitMiB, estimateMiB }: LargestOptions, batch: number, peak: number, each: number): number {
  const doubled = Math.min(batch * 2, most)
  const told = (estimateMiB(doubled) - estimateMiB(batch)) / (doubled - batch)
  // The first run also takes what the runtime needs once, which is no measure of an input where the graph tells one.
  const slope = Math.max(batch === 1 && told > 0 ? 0 : each, told)
  const room = limitMiB - peak
  return slope * (doubled - batch) <= room ? doubled : batch + Math.max(0, Math.floor(caution * room / slope))
}
