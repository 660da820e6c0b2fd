/**
 * The largest batch from 1 to `most` whose estimate, in MiB, is at most `limitMiB`, or 0 where not even one input fits.
 * Asks about twice log2(most) times, by doubling and then halving the gap. It is taken for granted that a larger batch
 * never needs less; where that fails the answer still fits, but a larger one may too.
 */
export function largestBatch(estimateAt: (batch: number) => number, limitMiB: number, most: number): number {
  const fits = (batch: number) => estimateAt(batch) <= limitMiB
  let fitting = 0
  let tooLarge = most + 1
  for (let batch = 1; batch < tooLarge; batch = Math.min(batch * 2, most)) {
    if (!fits(batch)) {
      tooLarge = batch
      break
    }
    fitting = batch
    if (batch === most)
      break
  }
  while (tooLarge - fitting > 1) {
    const middle = fitting + Math.floor((tooLarge - fitting) / 2)
    if (fits(middle))
      fitting = middle
    else
      tooLarge = middle
  }
  return fitting
}
