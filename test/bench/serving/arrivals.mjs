/** When requests come: the same for the same seed, whatever answers them. */

/** Requests of a burst on average. */
const burstMean = 4

/** Numbers in [0, 1) that are the same for the same seed (mulberry32, public domain). */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Pauses of a mean in ms, exponential. */
export function pausesOf(seed, meanMs) {
  const next = random(seed)
  return () => -Math.log(1 - next()) * meanMs
}

/**
 * The times in ms, in order, at which requests come within a time: bursts at random moments (Poisson), each of a random number of
 * requests (geometric) that come at once; one request each `meanMs` on average.
 */
export function burstsOf(seed, meanMs, withinMs) {
  const next = random(seed)
  const times = []
  for (let atMs = 0; ;) {
    atMs -= Math.log(1 - next()) * meanMs * burstMean
    if (atMs >= withinMs)
      return times
    do
      times.push(atMs)
    while (next() >= 1 / burstMean)
  }
}
