import type { Placement } from '../../contract/model'
import type { Offer } from '../cutRules'

/** How many slices of a profile are wanted. */
export interface Wanted {
  readonly offer: Offer
  readonly count: number
}

/**
 * Places all wanted slices without overlap on an axis, wherever they fit; null if and only if there is no way. Counts only
 * overlap: what else a mode forbids is for its rules to say.
 *
 * From left to right each slice begins at its first legal start at or after the end of the one before: a gap that could be
 * closed never helps. Dead ends are remembered, so that each set of slices that are left is tried once at each slot.
 */
export function pack(slots: number, wanted: readonly Wanted[]): Placement[] | null {
  const left = wanted.map(({ count }) => count)
  const dead = new Set<string>()
  const placed: Placement[] = []
  const place = (from: number, sizeLeft: number): boolean => {
    if (sizeLeft === 0)
      return true
    const state = `${from}:${left.join()}`
    if (sizeLeft > slots - from || dead.has(state))
      return false
    for (const [kind, { offer }] of wanted.entries()) {
      const start = left[kind] > 0 ? offer.starts.find(legal => legal >= from) : undefined
      if (start === undefined)
        continue
      left[kind]--
      placed.push({ profile: offer.name, start, size: offer.size })
      if (place(start + offer.size, sizeLeft - offer.size))
        return true
      left[kind]++
      placed.pop()
    }
    dead.add(state)
    return false
  }
  return place(0, wanted.reduce((sum, { offer, count }) => sum + offer.size * count, 0)) ? placed : null
}
