import type { Placement, WantedCut } from '../../contract/model'
import type { CutRules } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import { overlaps } from '../cutRules'
import { byStart } from '../placedSlice'
import { bestStart } from '../placement/placement'
import { placesMatter, room } from './room'

/** Arrangements that are compared before the search is cut short. All of any MIG layout are fewer. */
const maxArrangements = 1500

/**
 * The same slices at the places that leave most room for what may be asked for next (`openness`); among the best of these,
 * those for which the fewest held slices move, then the fewest others. On a long axis of many small slices, the better of
 * what is there and of laying the largest first. To be passed to `planChange`.
 */
export function compact(rules: CutRules, existing: readonly PlacedSlice[]): WantedCut[] {
  if (!placesMatter(rules, existing))
    return nameSlices(existing, existing)
  const weigh = (layout: readonly Placement[]): Weighed => ({ layout, weight: [-room(rules, layout), movesOf(existing.filter(({ holder }) => holder !== null), layout), movesOf(existing, layout)] })
  const better = (a: Weighed, b: Weighed) => {
    const differing = a.weight.findIndex((value, index) => value !== b.weight[index])
    return differing !== -1 && b.weight[differing] < a.weight[differing] ? b : a
  }
  const candidates = [largestFirst(rules, existing), ...arrangements(rules, existing)].filter(layout => layout !== null)
  return nameSlices(existing, candidates.map(weigh).reduce(better, weigh(existing)).layout)
}

interface Weighed { readonly layout: readonly Placement[], readonly weight: readonly number[] }

/** How many of these slices lie where the layout has none of their profile. */
function movesOf(slices: readonly PlacedSlice[], layout: readonly Placement[]): number {
  return slices.filter(slice => !layout.some(({ profile, start }) => profile === slice.profile && start === slice.start)).length
}

function largestFirst(rules: CutRules, existing: readonly PlacedSlice[]): Placement[] | null {
  const layout: Placement[] = []
  for (const { profile, size } of existing.toSorted((a, b) => b.size - a.size || byStart(a, b))) {
    const start = bestStart(rules, layout, profile)
    if (start === null)
      return null
    layout.push({ profile, start, size })
  }
  return layout
}

/** Every way to lay these slices; none at all where there are too many ways to compare. */
function arrangements(rules: CutRules, existing: readonly PlacedSlice[]): Placement[][] {
  const order = existing.toSorted((a, b) => b.size - a.size || byStart({ ...a, start: 0 }, { ...b, start: 0 }))
  const found: Placement[][] = []
  let tries = maxArrangements * 20
  const lay = (layout: readonly Placement[]): void => {
    const next = order[layout.length]
    if (!next) {
      found.push([...layout])
      return
    }
    const before = layout.at(-1)
    for (const start of rules.offer(next.profile)?.starts ?? []) {
      const place = { profile: next.profile, start, size: next.size }
      if (--tries < 0 || found.length > maxArrangements)
        return
      if ((before?.profile !== next.profile || before.start < start) && !layout.some(other => overlaps(other, place)))
        lay([...layout, place])
    }
  }
  lay([])
  return tries < 0 || found.length > maxArrangements ? [] : found
}

/** Says which slice's compute instances go to which place: those of slices that stay first. */
function nameSlices(existing: readonly PlacedSlice[], layout: readonly Placement[]): WantedCut[] {
  const inOrder = layout.toSorted(byStart)
  const stays = (slice: Placement) => inOrder.some(({ profile, start }) => profile === slice.profile && start === slice.start)
  const moving = existing.filter(slice => !stays(slice)).sort(byStart)
  return inOrder.map(({ profile, start }) => {
    const slice = existing.find(other => other.profile === profile && other.start === start)
      ?? moving.splice(moving.findIndex(other => other.profile === profile), 1)[0]
    return { profile, start, ...(slice?.compute?.length && { compute: [...slice.compute] }) }
  })
}
