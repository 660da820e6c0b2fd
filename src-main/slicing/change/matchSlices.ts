import type { CutRules } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import type { WantedPlace } from './placeWanted'
import { byStart } from '../placedSlice'

export interface Matched {
  readonly staying: readonly PlacedSlice[]
  /** Slices that are destroyed. A held one among them has no place in the new layout. */
  readonly leaving: readonly PlacedSlice[]
  /** Held slices that move, each to an open place of its `kind`. */
  readonly movers: readonly (PlacedSlice & { readonly kind: string })[]
  /** Places that no slice keeps; those that no mover takes are created. */
  readonly open: readonly (WantedPlace & { readonly kind: string })[]
}

/**
 * Tells which slice goes on as which wanted place. What a held slice has within it cannot be changed under its holder: it
 * only goes where the same compute instances are wanted, or none are named. A held slice that finds no open place takes
 * that of a free slice of its profile, which then goes in its stead.
 */
export function matchSlices(rules: CutRules, existing: readonly PlacedSlice[], places: readonly WantedPlace[]): Matched {
  const insideOf = (of: PlacedSlice | WantedPlace) => of.compute?.length ? [...of.compute].sort().join() : `${rules.offer(of.profile)?.computeSlices ?? 0}`
  const suits = (slice: PlacedSlice, place: WantedPlace) => slice.profile === place.profile && ((slice.holder !== null && !place.compute) || insideOf(slice) === insideOf(place))
  const inOrder = existing.toSorted(byStart)
  const keepers = new Map<WantedPlace, PlacedSlice>()
  for (const place of places) {
    const slice = inOrder.find(({ profile, start }) => profile === place.profile && start === place.start)
    if (slice && suits(slice, place))
      keepers.set(place, slice)
  }
  const homeless = inOrder.filter(slice => slice.holder !== null && ![...keepers.values()].includes(slice))
  const kindOf = ({ profile, compute }: WantedPlace) => compute ? `${profile} ${compute.join()}` : profile
  const movers: (PlacedSlice & { kind: string })[] = []
  const spoken = new Map<string, number>()
  for (const slice of homeless) {
    const suited = places.filter(place => suits(slice, place)).sort((a, b) => Number(!a.compute) - Number(!b.compute))
    const left = (place: WantedPlace) => places.filter(other => kindOf(other) === kindOf(place) && !keepers.has(other)).length - (spoken.get(kindOf(place)) ?? 0)
    const given = suited.find(place => left(place) > 0) ?? suited.find(place => keepers.get(place)?.holder === null)
    if (!given)
      continue
    if (left(given) <= 0)
      keepers.delete(given)
    spoken.set(kindOf(given), (spoken.get(kindOf(given)) ?? 0) + 1)
    movers.push({ ...slice, kind: kindOf(given) })
  }
  const staying = inOrder.filter(slice => [...keepers.values()].includes(slice))
  const going = new Set([...staying, ...movers].map(({ id }) => id))
  return {
    staying,
    leaving: inOrder.filter(({ id }) => !going.has(id)),
    movers,
    open: places.filter(place => !keepers.has(place)).toSorted(byStart).map(place => ({ ...place, kind: kindOf(place) })),
  }
}
