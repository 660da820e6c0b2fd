/** Time over which the pace is taken: long enough to be steady, short enough to follow a job that moves to a smaller slice. */
const windowMs = 10_000

/** How many a second, over the last seconds. */
export class Pace {
  private samples: { readonly atMs: number, readonly count: number }[] = []

  /** Notes how many are done by now; null until some were done between two looks. */
  rate(count: number, nowMs: number): number | null {
    this.samples = [...this.samples.filter(({ atMs }) => nowMs - atMs <= windowMs), { atMs: nowMs, count }]
    const first = this.samples[0]
    const elapsedMs = nowMs - first.atMs
    return count > first.count && elapsedMs > 0 ? (count - first.count) * 1000 / elapsedMs : null
  }
}
