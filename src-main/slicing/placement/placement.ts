import type { Placement } from '../../contract/model'
import type { CutRules, Offer } from '../cutRules'
import { openPlaces, placeFinder } from './openPlaces'

/** The best place for a cut, and what it costs. */
export interface BestCut {
  readonly start: number
  /** Part of an empty device's openness that goes with it, 0 to 1. */
  readonly loss: number
}

/**
 * How much can still be cut: the slots of every place that is open, over all profiles. A place counts by its size, so that
 * the only place of a large profile weighs as much as the many of a small one, and small slices gather where they break no
 * large place. By simulation (`npm run bench -- placement`) no other weight and no deeper look ahead accepted more: one that
 * is told the coming mix gains less than 0.1 % of requests. Counting profiles that still fit, in place of places, did worse.
 */
export function openness(open: readonly Placement[]): number {
  return open.reduce((sum, { size }) => sum + size, 0)
}

/**
 * The start that leaves the device most open (`openness`), the lowest among equals; null if the profile does not fit or
 * does not exist. In `shared` mode all seats are alike and the lowest free one is taken. Who asks about several profiles
 * of one layout may pass its open places.
 */
export function bestCut(rules: CutRules, existing: readonly Placement[], profile: string, open = openPlaces(rules, existing)): BestCut | null {
  const { starts, openAfter, empty } = placeFinder(rules)
  const offer = rules.offer(profile)
  const legal = offer ? starts(existing, offer) : []
  if (!offer || legal.length === 0)
    return null
  const after = legal.map(openAfter(existing, open, offer)).map(openness)
  const best = Math.max(...after)
  return { start: legal[after.indexOf(best)], loss: empty.length === 0 ? 0 : (openness(open) - best) / openness(empty) }
}

/** The start of `bestCut`. */
export function bestStart(rules: CutRules, existing: readonly Placement[], profile: string): number | null {
  return bestCut(rules, existing, profile)?.start ?? null
}

/**
 * Starts for `count` slices of one profile, in the order in which to cut them. All or nothing: null if and only if they do
 * not fit together. Taking the best one by one finds a way where there is one: places of one profile of a GPU never overlap,
 * so that each costs the rest one place whichever it is; compute instances, whose places do overlap, gather at the ends of
 * what is free, and the tests try them all.
 */
export function bestStarts(rules: CutRules, existing: readonly Placement[], profile: string, count: number): number[] | null {
  const offer = rules.offer(profile)
  if (!offer)
    return null
  const starts: number[] = []
  while (starts.length < count) {
    const start = bestStart(rules, [...existing, ...starts.map(start => placementOf(offer, start))], offer.name)
    if (start === null)
      return null
    starts.push(start)
  }
  return starts
}

function placementOf(offer: Offer, start: number): Placement {
  return { profile: offer.name, start, size: offer.size }
}
