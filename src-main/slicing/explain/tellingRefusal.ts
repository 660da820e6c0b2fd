import type { Placement } from '../../contract/model'
import type { CutRules, Refusal } from '../cutRules'
import { refuseBesides } from './besides'

/**
 * The refusal that tells a person most, of a profile that fits nowhere beside what exists. What no move can mend comes
 * first: engines, counts, memory, sizes that may not mix. Overlap comes before compute slices, because the places in the way
 * can be seen and are what has to be freed either way.
 */
export function tellingRefusal(rules: CutRules, existing: readonly Placement[], profile: string): Refusal {
  const anywhere = refuseBesides(rules, existing, [profile])
  if (anywhere && anywhere.rule !== 'compute-exhausted')
    return anywhere
  const answers = (rules.offer(profile)?.starts ?? []).map(start => rules.cut(existing, profile, start))
  const refusals = answers.flatMap(answer => answer.ok ? [] : [answer.refusal])
  return refusals.find(({ rule }) => rule === 'overlap') ?? anywhere ?? { rule: 'illegal-start', message: `${profile} has no place on this device.`, blockedBy: [] }
}
