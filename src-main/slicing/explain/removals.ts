/**
 * Every way to take `count` from kinds of which there are so many each: how many of each kind. In the order of the kinds,
 * most of the first first.
 */
export function* removalsOf(kinds: readonly (readonly [string, number])[], count: number): Generator<ReadonlyMap<string, number>> {
  if (kinds.length === 0) {
    if (count === 0)
      yield new Map()
    return
  }
  const [[kind, most], ...others] = kinds
  for (let taken = Math.min(most, count); taken >= 0; taken--) {
    for (const rest of removalsOf(others, count - taken))
      yield taken > 0 ? new Map([[kind, taken], ...rest]) : rest
  }
}
