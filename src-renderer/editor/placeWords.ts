import type { CallOutput } from '@contract/calls'
import { plural } from '../format'
import { slotsOf } from './axis'

type Offer = CallOutput<'slices.offers'>['profiles'][number]

const mostReasons = 2

/** What is said of a profile on its way: of the place it is over, or of all its places. */
export function placingWords(offer: Offer, over: number | null): { readonly words: string, readonly isRefusal: boolean } {
  const { name, size, best, places } = offer
  const place = places.find(({ start }) => start === over)
  if (place && !place.ok)
    return { words: place.message, isRefusal: true }
  if (place)
    return { words: `${name} in ${slotsOf({ start: place.start, size })}${best === place.start ? ': keeps most room for others' : ''}.`, isRefusal: false }
  const legal = places.filter(({ ok }) => ok).length
  return legal === 0
    ? { words: `${name} fits nowhere now. ${places[0]?.message ?? ''}`, isRefusal: true }
    : { words: `${name} has ${plural(legal, 'legal place')}.`, isRefusal: false }
}

/** Why the other places of a profile are illegal, each reason once. */
export function refusalsOf({ places }: Offer): { readonly reasons: string[], readonly more: number } {
  const reasons = [...new Set(places.filter(({ ok }) => !ok).map(({ message }) => message))]
  return { reasons: reasons.slice(0, mostReasons), more: Math.max(0, reasons.length - mostReasons) }
}
