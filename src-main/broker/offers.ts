import type { CallOutput, CallParsed } from '../contract/calls'
import type { CutRules, Offer } from '../slicing/cutRules'
import type { DeviceRow } from '../store/devices'
import type { PlannerDeps } from './layoutPlanner'
import { describeOffer } from '../slicing/layouts/describe'
import { strandedBy, wholeOf } from '../slicing/layouts/stranding'
import { bestStart } from '../slicing/placement/placement'
import { tryLayout } from '../slicing/rules'
import { targetOf } from './layoutPlanner'

type Answer = CallOutput<'slices.offers'>

/** What could be cut beside a draft: every profile at every start, with the reason where it cannot. Changes nothing. */
export function offersBeside(deps: Pick<PlannerDeps, 'tablesFor'>, device: DeviceRow, { layout, ...wish }: CallParsed<'slices.offers'>): Answer {
  const { rules, after } = targetOf(deps, device, wish)
  const whole = wholeOf(after, deps.tablesFor(device))
  const tried = tryLayout(rules, layout)
  const draft = 'cuts' in tried ? tried.cuts : layout.map(({ profile, start }) => ({ profile: rules.offer(profile)?.name ?? profile, start, size: rules.offer(profile)?.size ?? 1 }))
  return {
    illegal: 'refusal' in tried ? tried.refusal.message : null,
    slots: rules.slots,
    usableMiB: whole.usableMiB,
    slices: draft.map(({ profile, start, size }) => {
      const offer = rules.offer(profile)
      return { profile, start, size, memoryMiB: offer?.memoryMiB ?? 0, sm: offer?.sm ?? null, computeSlices: offer?.computeSlices ?? 0 }
    }),
    stranded: strandedBy(whole, rules, draft),
    profiles: rules.offers.map(offer => placesOf(rules, draft, offer)),
  }
}

function placesOf(rules: CutRules, draft: Parameters<CutRules['cut']>[0], offer: Offer): Answer['profiles'][number] {
  return {
    ...describeOffer(offer),
    best: bestStart(rules, draft, offer.name),
    places: offer.starts.map((start) => {
      const answer = rules.cut(draft, offer.name, start)
      return answer.ok ? { start, ok: true, rule: null, message: '' } : { start, ok: false, rule: answer.refusal.rule, message: answer.refusal.message }
    }),
  }
}
