import type { Placement } from '../../contract/model'
import type { Cut, CutAnswer, Offer, RefusalRule } from '../cutRules'
import { overlaps } from '../cutRules'

export function refuse(rule: RefusalRule, message: string, blockedBy: readonly Placement[] = []): CutAnswer {
  return { ok: false, refusal: { rule, message, blockedBy } }
}

export function allow(offer: Offer, start: number): CutAnswer {
  const cut: Cut = { profile: offer.name, start, size: offer.size, memoryMiB: offer.memoryMiB, computeShare: offer.computeShare, sm: offer.sm }
  return { ok: true, cut }
}

/** What every mode asks first: is there such a profile, may it start here, and is the place free. Null if so. */
export function refusePlace(offer: Offer | undefined, existing: readonly Placement[], profile: string, start: number, subject: string, offers: readonly Offer[]): CutAnswer | null {
  if (!offer)
    return refuse('unknown-profile', `${subject} has no profile ${profile}. It has ${offers.map(({ name }) => name).join(', ')}.`)
  if (!offer.starts.includes(start))
    return refuse('illegal-start', `${offer.name} can start at slot ${listOf(offer.starts)}, not at ${start}.`)
  const wanted: Placement = { profile: offer.name, start, size: offer.size }
  const inTheWay = existing.filter(other => overlaps(other, wanted))
  if (inTheWay.length > 0)
    return refuse('overlap', `${offer.name} at slot ${start} needs ${slotsOf(wanted)}; ${inTheWay.map(other => `${other.profile} holds ${slotsOf(other)}`).join(', ')}.`, inTheWay)
  return null
}

/** `slot 3`, `slots 4-7` */
export function slotsOf({ start, size }: Pick<Placement, 'start' | 'size'>): string {
  return size === 1 ? `slot ${start}` : `slots ${start}-${start + size - 1}`
}

/** `0`, `0 or 4`, `0, 2 or 4` */
export function listOf(items: readonly (number | string)[], last: 'or' | 'and' = 'or'): string {
  return items.length === 1 ? `${items[0]}` : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`
}

/** Finds offers by name, ignoring case; later lookups of the same name cost nothing. */
export function offersByName(offers: readonly Offer[], aliases: ReadonlyMap<string, string> = new Map()): (name: string) => Offer | undefined {
  const byName = new Map(offers.map(offer => [offer.name.toLowerCase(), offer]))
  for (const [alias, name] of aliases) {
    const offer = byName.get(name.toLowerCase())
    if (offer && !byName.has(alias.toLowerCase()))
      byName.set(alias.toLowerCase(), offer)
  }
  return name => byName.get(name.toLowerCase())
}
