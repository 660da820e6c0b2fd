import type { Placement } from '../../contract/model'
import type { CutRules, Offer } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import { overlaps } from '../cutRules'
import { fittingStarts, refuseBesides } from './besides'

/** A change of what exists: the new start of each slice that gives way, null if it is removed; and where the wanted lie then. */
export interface Change {
  readonly changes: ReadonlyMap<PlacedSlice, number | null>
  readonly starts: readonly number[]
}

/**
 * A quick way to let the wanted profiles (all the same) in, not always the smallest: removes slices until the device has
 * enough, lays the wanted where least lies, and moves what lay there to free places, the largest first; what finds none is
 * removed. Null if an empty device could not take them.
 */
export function makeWay(rules: CutRules, existing: readonly PlacedSlice[], wanted: readonly string[]): Change | null {
  const offer = rules.offer(wanted[0])
  const onEmpty = fittingStarts(rules, [], wanted[0], wanted.length)
  if (!offer || onEmpty.length < wanted.length)
    return null
  const changes = new Map<PlacedSlice, number | null>()
  const staying = [...existing].sort((a, b) => Number(a.holder !== null) - Number(b.holder !== null))
  const remove = (slice: PlacedSlice) => {
    staying.splice(staying.indexOf(slice), 1)
    changes.set(slice, null)
  }
  for (let refusal = refuseBesides(rules, staying, wanted); refusal; refusal = refuseBesides(rules, staying, wanted))
    remove(heaviest(rules, staying.filter(slice => refusal.blockedBy.includes(slice)), staying))
  const least = layWhereLeastLies(offer, staying, wanted.length)
  const laid = least.length === wanted.length ? least : onEmpty.map(start => ({ profile: offer.name, start, size: offer.size }))
  const inTheWay = staying.filter(slice => laid.some(place => overlaps(place, slice)))
  inTheWay.forEach(remove)
  const kept: Placement[] = [...staying, ...laid]
  for (const slice of inTheWay.sort((a, b) => b.size - a.size)) {
    const free = rules.offer(slice.profile)?.starts.find(start => !kept.some(other => overlaps(other, { ...slice, start })))
    if (free !== undefined) {
      kept.push({ ...slice, start: free })
      changes.set(slice, free)
    }
  }
  return { changes, starts: laid.map(({ start }) => start) }
}

/** The slice that gives most back: fewest have to go then. */
function heaviest(rules: CutRules, blocking: readonly PlacedSlice[], staying: readonly PlacedSlice[]): PlacedSlice {
  const weight = ({ profile }: PlacedSlice) => rules.offer(profile)?.memoryMiB ?? 0
  return (blocking.length > 0 ? blocking : staying).reduce((most, slice) => weight(slice) > weight(most) ? slice : most)
}

function layWhereLeastLies(offer: Offer, staying: readonly PlacedSlice[], count: number): Placement[] {
  const covered = (start: number) => staying.filter(slice => overlaps(slice, { profile: offer.name, start, size: offer.size })).reduce((sum, { size }) => sum + size, 0)
  const places = offer.starts.map(start => ({ start, covered: covered(start) })).sort((a, b) => a.covered - b.covered || a.start - b.start)
  const laid: Placement[] = []
  for (const { start } of places) {
    const place = { profile: offer.name, start, size: offer.size }
    if (laid.length < count && !laid.some(other => overlaps(other, place)))
      laid.push(place)
  }
  return laid
}
