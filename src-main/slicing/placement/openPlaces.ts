import type { Placement } from '../../contract/model'
import type { CutRules, Offer } from '../cutRules'
import { overlaps } from '../cutRules'

/** Finds the legal next cuts of one device quickly, by what it has learnt of the device's rules before. */
export interface PlaceFinder {
  /** Every legal next cut beside `existing`, profile by profile in the order of the offers, starts ascending. */
  readonly open: (existing: readonly Placement[]) => readonly Placement[]
  /** Starts at which `offer` may be cut beside `existing`, ascending. */
  readonly starts: (existing: readonly Placement[], offer: Offer) => readonly number[]
  /** Which of `open`, the places that are open beside `existing`, stay so when `offer` is cut at a start. */
  readonly openAfter: (existing: readonly Placement[], open: readonly Placement[], offer: Offer) => (start: number) => readonly Placement[]
  /** Every place of the empty device. */
  readonly empty: readonly Placement[]
}

/** Whether a profile may be cut in a free place, by its name, for one combination of profiles that exist. */
type Answers = Map<string, boolean>

/** Combinations remembered at once; a GPU in mixed-size vGPU mode has more than fit in memory. */
const maxRemembered = 20_000

const finders = new WeakMap<CutRules, PlaceFinder>()

/**
 * Every legal next cut of a device: each profile at each start where `rules.cut` would allow it beside `existing`. None in
 * `shared` mode, where profiles have any size.
 */
export function openPlaces(rules: CutRules, existing: readonly Placement[]): readonly Placement[] {
  return placeFinder(rules).open(existing)
}

/** The finder of a device's rules for all profiles on offer. It lives as long as they do. */
export function placeFinder(rules: CutRules): PlaceFinder {
  const known = finders.get(rules) ?? createPlaceFinder(rules, rules.offers)
  finders.set(rules, known)
  return known
}

/**
 * A finder for some of a device's profiles.
 *
 * Of two kinds are the rules of every mode: places may not overlap, and what is cut is counted (instances, compute slices,
 * memory, engines, sizes). No count looks at where a slice lies, so the answer to a cut in a free place depends on nothing
 * but the profiles cut so far: `rules.cut` is asked once for each combination of profiles, and overlap is looked up.
 */
export function createPlaceFinder(rules: CutRules, offers: readonly Offer[]): PlaceFinder {
  const remembered = new Map<string, Answers>()
  const answersTo = (existing: readonly Placement[]): Answers => {
    const combination = existing.map(({ profile }) => profile).sort().join(' ')
    const answers: Answers = remembered.get(combination) ?? new Map()
    if (remembered.size >= maxRemembered)
      remembered.clear()
    remembered.set(combination, answers)
    return answers
  }
  const mayAdd = (answers: Answers, existing: readonly Placement[], profile: string, start: number): boolean => {
    const known = answers.get(profile)
    if (known !== undefined)
      return known
    const { ok } = rules.cut(existing, profile, start)
    answers.set(profile, ok)
    return ok
  }
  const starts = (existing: readonly Placement[], offer: Offer, taken = takenBefore(rules.slots, existing), answers = answersTo(existing)): readonly number[] => {
    const free = offer.starts.filter(start => taken[start + offer.size] === taken[start])
    return free.length > 0 && mayAdd(answers, existing, offer.name, free[0]) ? free : []
  }
  const open = (existing: readonly Placement[]): readonly Placement[] => {
    const taken = takenBefore(rules.slots, existing)
    const answers = answersTo(existing)
    return offers.flatMap(offer => starts(existing, offer, taken, answers).map(start => ({ profile: offer.name, start, size: offer.size })))
  }
  return {
    open,
    starts: (existing, offer) => starts(existing, offer),
    openAfter(existing, places, { name, size }) {
      const answers = answersTo([...existing, { profile: name, start: 0, size }])
      return (start) => {
        const cut = { profile: name, start, size }
        const after = [...existing, cut]
        return places.filter(place => !overlaps(place, cut) && mayAdd(answers, after, place.profile, place.start))
      }
    },
    empty: open([]),
  }
}

/** How many slots are taken before each slot: a stretch is free where this does not grow. */
function takenBefore(slots: number, existing: readonly Placement[]): Uint16Array {
  const taken = new Uint16Array(slots + 1)
  for (const { start, size } of existing)
    taken.fill(1, start + 1, start + size + 1)
  for (let slot = 1; slot <= slots; slot++)
    taken[slot] += taken[slot - 1]
  return taken
}
