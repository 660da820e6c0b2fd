import type { Explanation, Placement } from '../../contract/model'
import type { CutRules, Offer, Refusal } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import type { Change } from './makeWay'
import { overlaps } from '../cutRules'
import { listOf, slotsOf } from '../modes/refuse'
import { byStart } from '../placedSlice'
import { bestStarts } from '../placement/placement'
import { fittingStarts } from './besides'
import { smallestChange } from './smallestChange'
import { tellingRefusal } from './tellingRefusal'

/** More starts than this are counted, not listed. */
const maxListed = 8

/**
 * Whether `count` slices of a profile fit beside what exists, and where; or why not, and the smallest change that lets
 * them in: take away every slice that it names, put those that move at their new starts, and all of them fit.
 *
 * `blockedBy` are the slices at the place that the change would free. The change is empty only if an empty device could
 * not take them either. See `smallestChange` for what is smallest, and `tellingRefusal` for which rule is named.
 */
export function explain(rules: CutRules, existing: readonly PlacedSlice[], profile: string, count: number): Explanation {
  const offer = rules.offer(profile)
  if (!offer)
    return refused(tellingRefusal(rules, existing, profile), [])
  const starts = bestStarts(rules, existing, profile, count)
  if (starts) {
    const what = count === 1 ? `${offer.name} fits at` : `${count} of ${offer.name} fit at`
    return { fits: true, start: starts[0] ?? null, starts, rule: null, message: `${what} ${starts.length === 1 ? 'slot' : 'slots'} ${listOf(starts, 'and')}.`, blockedBy: [], smallestChange: [] }
  }
  const free = fittingStarts(rules, existing, profile, count)
  const onEmpty = fittingStarts(rules, [], profile, count).length
  if (onEmpty < count)
    return refused(neverFits(rules, offer, count, onEmpty), [])
  const imagined = free.map(start => ({ profile: offer.name, start, size: offer.size }))
  const refusal = tellingRefusal(rules, [...existing, ...imagined], profile)
  const change = smallestChange(rules, existing.toSorted(byStart), offer.name, count)
  const blocking = refusal.rule === 'overlap' ? inTheWay(existing, offer, change) : existing.filter(slice => refusal.blockedBy.includes(slice))
  const sentence = refusal.rule === 'overlap' ? overlapSentence(offer, count, free.length, blocking) : refusal.message.replace(/\.$/, '')
  return refused({ ...refusal, message: `${sentence}${changeClause(change)}.` }, blocking, change)
}

function refused({ rule, message }: Refusal, blocking: readonly PlacedSlice[], change: Change | null = null): Explanation {
  return {
    fits: false,
    start: null,
    starts: [],
    rule,
    message,
    blockedBy: blocking.map(({ id, profile, start, size, holder }) => ({ slice: id, profile, start, size, holder })),
    smallestChange: inOrder(change).map(([{ id, profile, start }, to]) => ({ move: id, profile, from: start, to })),
  }
}

function neverFits(rules: CutRules, offer: Offer, count: number, onEmpty: number): Refusal {
  const full = fittingStarts(rules, [], offer.name, onEmpty).map(start => ({ profile: offer.name, start, size: offer.size }))
  const { rule } = tellingRefusal(rules, full, offer.name)
  return { rule: rule === 'overlap' ? 'too-many-instances' : rule, message: `${count} of ${offer.name} do not fit on one device: it takes at most ${onEmpty}, even when it is empty.`, blockedBy: [] }
}

/** What lies where the change would put the wanted slices; if that is free, what gives way. */
function inTheWay(existing: readonly PlacedSlice[], offer: Offer, change: Change | null): PlacedSlice[] {
  const places = (change?.starts ?? offer.starts).map((start): Placement => ({ profile: offer.name, start, size: offer.size }))
  const lying = existing.filter(slice => places.some(place => overlaps(slice, place)))
  return lying.length > 0 ? lying : [...change?.changes.keys() ?? []]
}

function inOrder(change: Change | null): [PlacedSlice, number | null][] {
  return [...change?.changes ?? []].sort(([a], [b]) => byStart(a, b))
}

/** `2g.20gb needs start 0, 2 or 4; slots 4-5 are held by job_12` */
function overlapSentence({ name, starts }: Offer, count: number, free: number, blocking: readonly PlacedSlice[]): string {
  const places = starts.length <= maxListed ? `start ${listOf(starts)}` : `one of its ${starts.length} places`
  const need = count === 1 ? `${name} needs ${places}` : `${count} of ${name} need as many free places, and there ${free === 1 ? 'is' : 'are'} ${free}`
  const taken = blocking.map(slice => `${slotsOf(slice)} ${slice.size === 1 ? 'is' : 'are'} ${slice.holder === null ? `taken by ${slice.profile}` : `held by ${slice.holder}`}`)
  return taken.length === 0 ? need : `${need}; ${taken.join(', ')}`
}

/** `; moving 1g.10gb from 5 to 6 frees it` */
function changeClause(change: Change | null): string {
  const parts = inOrder(change).map(([{ profile, start }, to]) => to === null ? `removing ${profile} at ${start}` : `moving ${profile} from ${start} to ${to}`)
  return parts.length === 0 ? '' : `; ${listOf(parts, 'and')} ${parts.length === 1 ? 'frees' : 'free'} ${change?.starts.length === 1 ? 'it' : 'them'}`
}
