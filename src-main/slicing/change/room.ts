import type { Placement } from '../../contract/model'
import type { CutRules } from '../cutRules'
import { refuseBesides } from '../explain/besides'
import { openPlaces } from '../placement/openPlaces'
import { openness } from '../placement/placement'

/** How much can still be cut beside what exists: `openness` of the open places. */
export function room(rules: CutRules, existing: readonly Placement[]): number {
  return openness(openPlaces(rules, existing))
}

/**
 * False where it makes no difference to what can still be cut where these slices lie: nothing can be cut beside them
 * anyway, or all that lies there and could has the same places (virtual functions, vGPUs of one size, seats).
 */
export function placesMatter(rules: CutRules, existing: readonly Placement[]): boolean {
  const addable = rules.offers.filter(({ name }) => refuseBesides(rules, existing, [name]) === null)
  const lying = [...new Set(existing.map(({ profile }) => profile))].flatMap(profile => rules.offer(profile) ?? [])
  return addable.length > 0 && new Set([...addable, ...lying].map(({ size, starts }) => `${size}:${starts.join()}`)).size > 1
}
