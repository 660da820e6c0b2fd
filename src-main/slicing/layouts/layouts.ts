import type { Placement } from '../../contract/model'
import type { CutRules, Offer } from '../cutRules'
import type { Wanted } from './packing'
import { TrancheError } from '../../contract/errors'
import { createPlaceFinder } from '../placement/openPlaces'
import { pack } from './packing'

export interface LayoutOptions {
  /** Profiles to combine; every offer if absent. Needed in `shared` mode, which offers any size. */
  readonly profiles?: readonly string[]
  /** Whether to list only layouts to which no further profile, of those to combine, can be added. */
  readonly maximal: boolean
  /** Most layouts to list, at least 1. */
  readonly limit: number
}

export interface ListedLayout {
  /** Sorted by start. */
  readonly slices: readonly Placement[]
  readonly maximal: boolean
}

export interface LayoutList {
  readonly layouts: readonly ListedLayout[]
  /** Whether there are more than were listed. */
  readonly truncated: boolean
  /** Whether one placement stands for every layout of the same profiles. */
  readonly distinct: boolean
}

/**
 * Every legal layout of a device, the empty one included, in an order that never changes.
 *
 * In MIG mode each set of placements is a layout of its own. In every other mode places are alike or their combinations run
 * into billions, and each *combination of profiles* is listed once with one of its placements (`distinct`); it is maximal
 * if nothing can be added wherever its slices lie. Throws `invalid_input` for a profile that does not exist.
 */
export function listLayouts(rules: CutRules, options: LayoutOptions): LayoutList {
  const offers = offersFor(rules, options.profiles)
  const distinct = rules.mode !== 'mig'
  const layouts: ListedLayout[] = []
  for (const layout of distinct ? combinations(rules, offers) : placedLayouts(rules, offers)) {
    if (options.maximal && !layout.maximal)
      continue
    if (layouts.length === options.limit)
      return { layouts, truncated: true, distinct }
    layouts.push(layout)
  }
  return { layouts, truncated: false, distinct }
}

function offersFor(rules: CutRules, profiles: readonly string[] | undefined): readonly Offer[] {
  if (profiles === undefined && rules.offers.length === 0)
    throw new TrancheError('invalid_input', 'In shared mode a part can have any size, so its layouts have no end. Name the sizes to combine, such as 0.5 or 4096MiB.')
  const offers = (profiles ?? rules.offers.map(({ name }) => name)).map((name) => {
    const offer = rules.offer(name)
    if (!offer)
      throw new TrancheError('invalid_input', `There is no profile ${name} here. ${rules.offers.length > 0 ? `Choose from ${rules.offers.map(offer => offer.name).join(', ')}.` : 'Name a part of the device, such as 0.5 or 4096MiB.'}`)
    return offer
  })
  return [...new Map(offers.map(offer => [offer.name, offer])).values()]
}

/** Adds places from left to right, so that each set of them is met once. */
function* placedLayouts(rules: CutRules, offers: readonly Offer[], slices: readonly Placement[] = [], open = createPlaceFinder(rules, offers).open): Generator<ListedLayout> {
  const places = open(slices)
  yield { slices, maximal: places.length === 0 }
  const end = slices.reduce((furthest, { start, size }) => Math.max(furthest, start + size), 0)
  for (const place of places.filter(({ start }) => start >= end).sort((a, b) => a.start - b.start))
    yield* placedLayouts(rules, offers, [...slices, place], open)
}

/** Counts of each offer, as in a number whose digits they are: each combination is met once. */
function* combinations(rules: CutRules, offers: readonly Offer[]): Generator<ListedLayout> {
  const known = new Map<string, readonly Placement[] | null>()
  const arrange = (counts: readonly number[], fewer: readonly Placement[], added: number): readonly Placement[] | null => {
    const key = counts.join()
    const before = known.get(key)
    if (before !== undefined)
      return before
    const arranged = arrangeOneMore(rules, offers.map((offer, kind) => ({ offer, count: counts[kind] })), fewer, offers[added])
    known.set(key, arranged)
    return arranged
  }
  function* from(kind: number, counts: readonly number[], slices: readonly Placement[]): Generator<ListedLayout> {
    const more = offers.map((_, added) => {
      const grown = counts.with(added, counts[added] + 1)
      return { added, grown, arranged: arrange(grown, slices, added) }
    })
    yield { slices, maximal: more.every(({ arranged }) => arranged === null) }
    for (const { added, grown, arranged } of more) {
      if (added >= kind && arranged)
        yield* from(added, grown, arranged)
    }
  }
  yield* from(0, offers.map(() => 0), [])
}

/** A legal placement of `wanted`, which is `fewer` and one more of `offer`; null if there is none. */
function arrangeOneMore(rules: CutRules, wanted: readonly Wanted[], fewer: readonly Placement[], offer: Offer): readonly Placement[] | null {
  const start = offer.starts.find(start => fewer.every(other => start + offer.size <= other.start || other.start + other.size <= start))
  const slices = start === undefined ? pack(rules.slots, wanted.filter(({ count }) => count > 0)) : [...fewer, { profile: offer.name, start, size: offer.size }]
  const added = slices?.findLast(({ profile }) => profile === offer.name)
  if (!slices || !added)
    return null
  const others = slices.filter(slice => slice !== added)
  return rules.cut(others, added.profile, added.start).ok ? slices.toSorted((a, b) => a.start - b.start) : null
}
