import type { Placement } from '../../contract/model'
import type { CutRules } from '../cutRules'
import { overlaps } from '../cutRules'

/** A slice that may give way, and what that costs. */
export interface Movable extends Placement {
  readonly cost: number
  /** What it costs where it is one of the `removals`. */
  readonly removalCost: number
}

export interface Rearranging {
  /** Placements that nothing may touch. */
  readonly fixed: readonly Placement[]
  readonly movable: readonly Movable[]
  /** Profiles to be placed, by the names of their offers. */
  readonly wanted: readonly string[]
  /** How many movable slices of a profile may be removed. */
  readonly removals: ReadonlyMap<string, number>
  /** Nothing dearer is looked for. */
  readonly maxCost: number
}

export interface Arrangement {
  /** Where each of `wanted` lies, in its order. */
  readonly starts: readonly number[]
  /** The new start of each movable slice that gives way, by its index; null if it is removed. */
  readonly changes: ReadonlyMap<number, number | null>
  readonly cost: number
}

/** Tries that a search has left. Shared by searches that together must end in time. */
export interface Budget {
  tries: number
}

/**
 * The cheapest way to place what is wanted, moving slices out of its way; null if there is none, or none was found within
 * the budget. Looks at the places alone: ask `refuseBesides` first whether the device has enough.
 *
 * Iterative deepening over costs. What is placed pushes the slices below it off; those are placed next, and may push
 * others off. That misses nothing: a slice that moves although nothing lies where it was could as well have stayed.
 */
export function rearrange(rules: CutRules, wish: Rearranging, budget: Budget): Arrangement | null {
  const startsOf = new Map([...wish.wanted, ...wish.movable.map(({ profile }) => profile)].map(name => [name, rules.offer(name)?.starts ?? []]))
  const sizeOf = (profile: string) => rules.offer(profile)?.size ?? 0
  const order = wish.wanted.map((profile, index) => ({ profile, index, size: sizeOf(profile) })).sort((a, b) => b.size - a.size || (a.profile < b.profile ? -1 : Number(a.profile > b.profile)))
  const laid: Pick<Placement, 'start' | 'size'>[] = []
  const inPlace = wish.movable.map(() => true)
  const pushedOff: number[] = []
  const removals = new Map(wish.removals)
  const starts: number[] = wish.wanted.map(() => 0)
  const changes = new Map<number, number | null>()
  let cost = 0
  let limit = 0
  let nextLimit = Infinity

  /** Lays a piece down and calls `then`; leaves it there if that succeeds, and takes everything back if not. */
  const lay = (place: Placement, then: () => boolean): boolean => {
    budget.tries--
    if (laid.some(other => other.start < place.start + place.size && place.start < other.start + other.size))
      return false
    const below = wish.movable.flatMap((slice, index) => inPlace[index] && overlaps(slice, place) ? [index] : [])
    const removed = below.filter((index) => {
      inPlace[index] = false
      const left = removals.get(wish.movable[index].profile) ?? 0
      removals.set(wish.movable[index].profile, Math.max(0, left - 1))
      return left > 0
    })
    const pushed = below.filter(index => !removed.includes(index))
    const added = below.reduce((sum, index) => sum + (removed.includes(index) ? wish.movable[index].removalCost : wish.movable[index].cost), 0)
    cost += added
    laid.push(place)
    pushedOff.push(...pushed)
    removed.forEach(index => changes.set(index, null))
    if (cost > limit)
      nextLimit = Math.min(nextLimit, cost)
    else if (then())
      return true
    removed.forEach(index => changes.delete(index))
    pushedOff.splice(pushedOff.length - pushed.length)
    laid.pop()
    cost -= added
    for (const index of below)
      inPlace[index] = true
    for (const index of removed)
      removals.set(wish.movable[index].profile, (removals.get(wish.movable[index].profile) ?? 0) + 1)
    return false
  }

  const placePushedOff = (): boolean => {
    if (pushedOff.length === 0)
      return true
    const index = pushedOff.reduce((largest, other) => wish.movable[other].size > wish.movable[largest].size ? other : largest)
    const at = pushedOff.indexOf(index)
    const { profile, start: from, size } = wish.movable[index]
    pushedOff.splice(at, 1)
    for (const start of startsOf.get(profile) ?? []) {
      if (start === from || budget.tries <= 0)
        continue
      changes.set(index, start)
      if (lay({ profile, start, size }, placePushedOff))
        return true
    }
    changes.delete(index)
    pushedOff.splice(at, 0, index)
    return false
  }

  const placeWanted = (at: number): boolean => {
    if (at === order.length)
      return placePushedOff()
    const { profile, index, size } = order[at]
    const after = order[at - 1]?.profile === profile ? starts[order[at - 1].index] : -1
    for (const start of startsOf.get(profile) ?? []) {
      if (start <= after || budget.tries <= 0)
        continue
      starts[index] = start
      if (lay({ profile, start, size }, () => placeWanted(at + 1)))
        return true
    }
    return false
  }

  const placeFixed = (at: number): boolean => at === wish.fixed.length ? placeWanted(0) : lay(wish.fixed[at], () => placeFixed(at + 1))

  while (limit <= wish.maxCost && Number.isFinite(limit) && budget.tries > 0) {
    nextLimit = Infinity
    if (placeFixed(0))
      return { starts, changes, cost }
    limit = nextLimit
  }
  return null
}
