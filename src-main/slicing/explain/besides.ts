import type { Placement } from '../../contract/model'
import type { CutRules, Refusal } from '../cutRules'

/**
 * Whether a device has enough for these profiles beside what exists, wherever all of them lie: compute slices, media
 * engines, memory, counts, sizes that may not mix. Null if so. Where it is, only overlap can still refuse them, and
 * moving slices can help; where it is not, only removing some can.
 *
 * It asks the rules of the mode with what exists put beyond the end of the axis, where nothing overlaps it.
 */
export function refuseBesides(rules: CutRules, existing: readonly Placement[], profiles: readonly string[]): Refusal | null {
  const beyond = (placement: Placement, index: number): Placement => ({ ...placement, start: (index + 1) * rules.slots })
  const away = existing.map(beyond)
  for (const profile of profiles) {
    const answer = rules.cut(away, profile, rules.offer(profile)?.starts[0] ?? 0)
    if (!answer.ok)
      return { ...answer.refusal, blockedBy: answer.refusal.blockedBy.flatMap(slice => existing[away.indexOf(slice)] ?? []) }
    away.push(beyond(answer.cut, away.length))
  }
  return null
}

/**
 * Starts at which as many as fit of one profile, at most `count`, can be cut beside what exists. Places of one size along
 * an axis: taking each that is free, from slot 0 on, gives the greatest number.
 */
export function fittingStarts(rules: CutRules, existing: readonly Placement[], profile: string, count: number): number[] {
  const cuts = [...existing]
  const starts: number[] = []
  for (const start of rules.offer(profile)?.starts ?? []) {
    const answer = starts.length < count ? rules.cut(cuts, profile, start) : null
    if (answer?.ok) {
      cuts.push(answer.cut)
      starts.push(start)
    }
  }
  return starts
}
