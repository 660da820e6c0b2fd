import type { Placement, WantedCut } from '../../contract/model'
import type { Cut, CutRules, Refusal } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import type { Arrangement } from './rearrange'
import { refuseBesides } from '../explain/besides'
import { tellingRefusal } from '../explain/tellingRefusal'
import { bestStart } from '../placement/placement'
import { tryLayout } from '../rules'
import { rearrange } from './rearrange'
import { placesMatter, room } from './room'

/** A place of the wanted layout, and the compute instances within it where they are named. */
export interface WantedPlace extends Placement {
  readonly compute?: readonly number[]
}

/** As many tries as take about 30 ms. */
const tries = 120_000
/** A held slice that moves weighs more than any number of free ones. */
const heldCost = 1024

/**
 * Gives every wanted cut a place: its own start, or one such that the fewest held slices move, then the fewest others, and
 * most room is left. Or the refusal, if no way is found for all of them.
 */
export function placeWanted(rules: CutRules, existing: readonly PlacedSlice[], wanted: readonly WantedCut[]): { readonly places: readonly WantedPlace[] } | { readonly refusal: Refusal } {
  const fixed = wanted.flatMap(({ start, ...cut }) => start === undefined ? [] : [{ ...cut, start }])
  const tried = tryLayout(rules, fixed)
  if ('refusal' in tried)
    return tried
  const floating = wanted.filter(({ start }) => start === undefined)
  const names = floating.map(({ profile }) => rules.offer(profile)?.name ?? profile)
  const refusal = refuseBesides(rules, tried.cuts, names)
  if (refusal)
    return { refusal }
  const starts = floatingStarts(rules, existing, tried.cuts, names) ?? startsFromEmpty(rules, tried.cuts, names)
  if ('refusal' in starts)
    return starts
  const placed = [...tried.cuts.map((cut, index) => placeOf(cut, fixed[index].compute)), ...giveStarts(rules, existing, floating, starts.places)]
  return { places: placed }
}

function placeOf({ profile, start, size }: Placement, compute: readonly number[] | undefined): WantedPlace {
  return { profile, start, size, ...(compute?.length && { compute }) }
}

/** Places for the floating names that keep most of what exists; null if none are found. */
function floatingStarts(rules: CutRules, existing: readonly PlacedSlice[], fixed: readonly Cut[], names: readonly string[]): { readonly places: readonly Placement[] } | null {
  const keptByFixed = (slice: PlacedSlice) => fixed.some(({ profile, start }) => profile === slice.profile && start === slice.start)
  const candidates = existing.filter(slice => names.includes(slice.profile) && !keptByFixed(slice))
  const surplus = new Map<string, number>()
  const missing: string[] = []
  for (const name of new Set(names)) {
    const more = candidates.filter(({ profile }) => profile === name).length - names.filter(other => other === name).length
    if (more > 0)
      surplus.set(name, more)
    missing.push(...Array.from<string>({ length: Math.max(0, -more) }).fill(name))
  }
  // A held slice that is left out has to take the place of a free one of its profile.
  const movable = candidates.map(slice => ({ ...slice, cost: slice.holder === null ? 1 : heldCost, removalCost: slice.holder === null ? 0 : heldCost }))
  const found = rearrange(rules, { fixed, movable, wanted: missing, removals: surplus, maxCost: Infinity }, { tries })
  if (!found)
    return null
  const kept = keepBest(rules, fixed, candidates, surplus, found)
  const moved = candidates.flatMap((slice, index) => found.changes.get(index) === undefined || found.changes.get(index) === null ? [] : [{ profile: slice.profile, start: found.changes.get(index) ?? 0, size: slice.size }])
  const added = missing.map((profile, index) => ({ profile, start: found.starts[index], size: rules.offer(profile)?.size ?? 1 }))
  const base = [...fixed, ...kept]
  const roomy = startsFromEmpty(rules, base, [...moved, ...added].map(({ profile }) => profile))
  return { places: [...kept, ...('places' in roomy ? roomy.places : [...moved, ...added])] }
}

/** Of the slices that lie well, leaves out as many as are too many of their profile: free ones first, those that give most room. */
function keepBest(rules: CutRules, fixed: readonly Cut[], candidates: readonly PlacedSlice[], surplus: ReadonlyMap<string, number>, found: Arrangement): PlacedSlice[] {
  let kept = candidates.filter((_, index) => !found.changes.has(index))
  const roomOf = placesMatter(rules, fixed) ? room : () => 0
  for (const [profile, count] of surplus) {
    const gone = candidates.filter((slice, index) => slice.profile === profile && found.changes.get(index) === null).length
    for (let more = count - gone; more > 0; more--) {
      const options = kept.filter(slice => slice.profile === profile).map((slice) => {
        const without = kept.filter(other => other !== slice)
        return { without, isHeld: Number(slice.holder !== null), room: roomOf(rules, [...fixed, ...without]) }
      })
      kept = options.sort((a, b) => a.isHeld - b.isHeld || b.room - a.room)[0]?.without ?? kept
    }
  }
  return kept
}

/** Places for all names beside `base`, the largest first, each where most room is left. */
function startsFromEmpty(rules: CutRules, base: readonly Placement[], names: readonly string[]): { readonly places: readonly Placement[] } | { readonly refusal: Refusal } {
  const size = (name: string) => rules.offer(name)?.size ?? 0
  const places: Placement[] = []
  for (const profile of names.toSorted((a, b) => size(b) - size(a) || (a < b ? -1 : Number(a > b)))) {
    const start = bestStart(rules, [...base, ...places], profile)
    if (start === null)
      return { refusal: tellingRefusal(rules, [...base, ...places], profile) }
    places.push({ profile, start, size: size(profile) })
  }
  return { places }
}

/** Tells the cuts their places: where a slice with the wanted compute instances lies already, if there is one. */
function giveStarts(rules: CutRules, existing: readonly PlacedSlice[], floating: readonly WantedCut[], places: readonly Placement[]): WantedPlace[] {
  const left = places.toSorted((a, b) => a.start - b.start)
  const same = (a: readonly number[] | undefined, b: readonly number[] | undefined) => (a ?? []).join() === (b ?? []).join()
  const liesAt = (place: Placement) => existing.find(({ profile, start }) => profile === place.profile && start === place.start)
  const take = (cut: WantedCut, isRight: (place: Placement) => boolean): WantedPlace[] => {
    const index = left.findIndex(place => place.profile === (rules.offer(cut.profile)?.name ?? cut.profile) && isRight(place))
    return index === -1 ? [] : left.splice(index, 1).map(place => placeOf(place, cut.compute))
  }
  const here = floating.map(cut => take(cut, place => liesAt(place) !== undefined && same(liesAt(place)?.compute, cut.compute)))
  return floating.flatMap((cut, index) => here[index].length > 0 ? here[index] : take(cut, () => true))
}
