/** Where the values of a measurement lie. */
export interface Spread {
  readonly median: number
  readonly p5: number
  readonly p95: number
  readonly p99: number
  readonly min: number
  readonly max: number
}

/**
 * The value below which a share (0 to 1) of the values lies, between two neighbours in proportion, as R's type 7 and NumPy's
 * default: https://numpy.org/doc/stable/reference/generated/numpy.quantile.html. NaN where there are no values.
 */
export function quantile(values: readonly number[], share: number): number {
  return ofSorted(ascending(values), share)
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values)
  const at = (share: number) => ofSorted(sorted, share)
  return { median: at(0.5), p5: at(0.05), p95: at(0.95), p99: at(0.99), min: at(0), max: at(1) }
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

function ofSorted(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
