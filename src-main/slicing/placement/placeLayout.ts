import type { Placement, WantedCut } from '../../contract/model'
import type { Cut, CutRules } from '../cutRules'
import { TrancheError } from '../../contract/errors'
import { bestStart } from './placement'

/**
 * Cuts a layout on an empty device. Cuts with a start are made first; the others, the largest first, where they leave
 * most room. Throws `conflict` with the rule that is broken.
 */
export function placeLayout(rules: CutRules, wanted: readonly WantedCut[]): (Cut & { readonly compute: readonly number[] })[] {
  const size = ({ profile }: WantedCut) => rules.offer(profile)?.size ?? 0
  const inOrder = wanted.toSorted((a, b) => Number(a.start === undefined) - Number(b.start === undefined) || size(b) - size(a))
  const cuts: (Cut & { readonly compute: readonly number[] })[] = []
  for (const { profile, start, compute = [] } of inOrder) {
    const answer = rules.cut(cuts, profile, start ?? bestStart(rules, cuts, profile) ?? firstStart(rules, profile))
    if (!answer.ok)
      throw new TrancheError('conflict', answer.refusal.message, { details: { rule: answer.refusal.rule } })
    cuts.push({ ...answer.cut, compute })
  }
  return cuts
}

/** Where none is legal, the first: its refusal is the one to tell. */
function firstStart(rules: CutRules, profile: string): number {
  return rules.offer(profile)?.starts[0] ?? 0
}

/** A useful first layout of a device: one slice of each common size, or some equal ones. Empty in `shared`. */
export function firstLayout(rules: CutRules): Pick<Placement, 'profile' | 'start'>[] {
  if (rules.mode === 'mig')
    return firstMigLayout(rules)
  if (rules.mode === 'vgpu') {
    const quarter = rules.offers.find(({ maxInstances }) => maxInstances === 4) ?? rules.offers[0]
    return quarter.starts.map(start => ({ profile: quarter.name, start }))
  }
  return rules.offers.flatMap(({ name, starts }) => starts.map(start => ({ profile: name, start })))
}

/** 2g, 1g, 1g and, on a GPU with seven compute slices, 3g at the far half, where it overlaps nothing. */
function firstMigLayout(rules: CutRules): Pick<Placement, 'profile' | 'start'>[] {
  const plain = (computeSlices: number) => rules.offers.filter(({ name }) => !/[+-]/.test(name.replace(/^\d+g\./, ''))).findLast(offer => offer.computeSlices === computeSlices)
  const two = plain(2)
  const one = plain(1)
  const three = plain(3)
  if (!one || !two)
    return []
  return [
    { profile: two.name, start: 0 },
    { profile: one.name, start: two.size },
    { profile: one.name, start: two.size + one.size },
    ...(three && rules.slots === 2 * three.size ? [{ profile: three.name, start: three.size }] : []),
  ]
}
