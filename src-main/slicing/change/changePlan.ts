import type { LayoutStep, Placement, WantedCut } from '../../contract/model'
import type { CutRules, Refusal } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import { byStart, placementOf } from '../placedSlice'
import { matchSlices } from './matchSlices'
import { orderMoves } from './moveOrder'
import { placeWanted } from './placeWanted'

/** The way from one layout to another. With a `refusal` there is none: `after` is what exists, and there are no steps. */
export interface ChangePlan {
  /** The layout at the end, along the axis. */
  readonly after: readonly Placement[]
  readonly steps: readonly LayoutStep[]
  /** Held slices that move. */
  readonly moves: number
  readonly refusal: Refusal | null
}

/**
 * Plans the change to `wanted`, which is the whole layout afterwards. `replay` carries it out.
 *
 * A slice that lies where one of its profile is wanted stays. A held one that does not moves to such a place; where there
 * is none it is destroyed, and the step names its holder: who carries the plan out has to refuse that. All others are
 * destroyed and created. Every rule holds after every step.
 *
 * A held slice moves live (its new place is made before the old one goes) where an order of the moves allows it, and is
 * interrupted as rarely as can be. Where slices stand in each other's way, one of them goes down while others move: a
 * `destroy` with `interrupts`, and later a `create` with the same slice, holder and `from`, count as its one move.
 */
export function planChange(rules: CutRules, existing: readonly PlacedSlice[], wanted: readonly WantedCut[]): ChangePlan {
  const placed = placeWanted(rules, existing, wanted)
  if ('refusal' in placed)
    return { after: existing.map(placementOf).sort(byStart), steps: [], moves: 0, refusal: placed.refusal }
  const { staying, leaving, movers, open } = matchSlices(rules, existing, placed.places)
  const ordered = orderMoves(rules, staying, movers, open)
  const destroys = leaving.toSorted(byStart).map((slice): LayoutStep => ({ op: 'destroy', slice: slice.id, ...placementOf(slice), from: null, holder: slice.holder, interrupts: false }))
  const creates = ordered.unfilled.toSorted(byStart).map(({ compute, ...place }): LayoutStep => ({
    op: 'create',
    slice: null,
    ...placementOf(place),
    from: null,
    holder: null,
    interrupts: false,
    ...(compute && { compute: [...compute] }),
  }))
  return { after: placed.places.map(placementOf).sort(byStart), steps: [...destroys, ...ordered.steps, ...creates], moves: movers.length, refusal: null }
}
