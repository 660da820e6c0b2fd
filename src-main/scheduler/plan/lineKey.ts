/** More than any time, in ms: what one step of priority outweighs where waiting counts nothing against it. */
export const everMs = 1e13

/**
 * Where a job stands in line; the lower goes first. A step of priority is worth `agingMs` of waiting, so that who waits
 * long enough comes before any priority, and the order of two jobs never changes by time alone. `place` is since when it
 * waits, in ms, or where someone put it; without `agingMs` priority outweighs all waiting.
 */
export function lineKey(place: number, priority: number, queueRank: number, agingMs: number | null): number {
  return place - (priority + queueRank) * (agingMs ?? everMs)
}
