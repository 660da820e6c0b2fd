import type { Arrangement, Budget } from '../change/rearrange'
import type { CutRules } from '../cutRules'
import type { PlacedSlice } from '../placedSlice'
import type { Change } from './makeWay'
import { rearrange } from '../change/rearrange'
import { pack } from '../layouts/packing'
import { refuseBesides } from './besides'
import { makeWay } from './makeWay'
import { removalsOf } from './removals'

/** What one search may try: about 30 ms. Every MIG layout needs far less; a vGPU axis of many small types may need more. */
const tries = 120_000

/** What asking the rules of a mode costs for each slice that exists, in tries. */
const triesOfRules = 8

/** Of more slices than this it is not asked first whether they can be packed at all: the answer could take longer. */
const maxPacked = 12

/** One move weighs more than any number of held slices that it could spare. */
const oneMove = 1024

/**
 * The smallest change of what exists that lets `count` of a profile in: fewest slices removed, then fewest moved, then
 * fewest of them held, then the smallest. None are removed where moves alone do. Where the search is too long, the best that was found. Null
 * if an empty device could not take them.
 */
export function smallestChange(rules: CutRules, existing: readonly PlacedSlice[], profile: string, count: number): Change | null {
  const wanted = Array.from<string>({ length: count }).fill(profile)
  const quick = makeWay(rules, existing, wanted)
  if (!quick)
    return null
  const budget: Budget = { tries }
  const most = removedBy(quick)
  for (let removed = 0; removed <= most && budget.tries > 0; removed++) {
    const exact = bestWith(rules, existing, wanted, removed, budget)
    if (exact)
      return removed === most && compare(weigh(quick, rules), weigh(exact, rules)) < 0 ? quick : exact
  }
  return quick
}

function bestWith(rules: CutRules, existing: readonly PlacedSlice[], wanted: readonly string[], removed: number, budget: Budget): Change | null {
  let best: Change | null = null
  for (const removals of removalsOf(countKinds(existing.map(({ profile }) => profile)), removed)) {
    budget.tries -= triesOfRules * wanted.length * (existing.length + 1)
    if (budget.tries <= 0)
      break
    const staying = without(existing, removals)
    if (!haveRoom(rules, [...staying.map(({ profile }) => profile), ...wanted]) || refuseBesides(rules, staying, wanted))
      continue
    const movable = existing.map(slice => ({ ...slice, cost: oneMove + Number(slice.holder !== null), removalCost: 0 }))
    const maxCost = best ? movesOf(best) * oneMove + oneMove - 1 : Infinity
    const found = rearrange(rules, { fixed: [], movable, wanted, removals, maxCost }, budget)
    if (!found)
      continue
    const change = settleRemovals(existing, removals, found)
    if (!best || compare(weigh(change, rules), weigh(best, rules)) < 0)
      best = change
  }
  return best
}

/** Turns the answer for kinds into one for slices: free ones are removed before held ones. */
function settleRemovals(existing: readonly PlacedSlice[], removals: ReadonlyMap<string, number>, found: Arrangement): Change {
  const changes = new Map<PlacedSlice, number | null>()
  for (const profile of new Set(existing.map(slice => slice.profile))) {
    const freeFirst = (slices: readonly PlacedSlice[]) => slices.toSorted((a, b) => Number(a.holder !== null) - Number(b.holder !== null))
    const alike = existing.filter(slice => slice.profile === profile)
    const changing = freeFirst(alike.filter(slice => found.changes.has(existing.indexOf(slice))))
    const targets = changing.flatMap(slice => found.changes.get(existing.indexOf(slice)) ?? [])
    const gone = changing.splice(0, changing.length - targets.length)
    const alsoGone = freeFirst(alike.filter(slice => !found.changes.has(existing.indexOf(slice)))).slice(0, (removals.get(profile) ?? 0) - gone.length)
    for (const slice of [...gone, ...alsoGone])
      changes.set(slice, null)
    changing.sort((a, b) => a.start - b.start)
    targets.sort((a, b) => a - b).forEach((start, index) => changes.set(changing[index], start))
  }
  return { changes, starts: found.starts }
}

function countKinds(profiles: readonly string[]): [string, number][] {
  const kinds = new Map<string, number>()
  for (const profile of profiles)
    kinds.set(profile, (kinds.get(profile) ?? 0) + 1)
  return [...kinds]
}

function without(existing: readonly PlacedSlice[], removals: ReadonlyMap<string, number>): PlacedSlice[] {
  const left = new Map(removals)
  return existing.filter(({ profile }) => {
    const count = left.get(profile) ?? 0
    left.set(profile, count - 1)
    return count <= 0
  })
}

/** False if these profiles can surely not lie side by side, however they are moved. */
function haveRoom(rules: CutRules, profiles: readonly string[]): boolean {
  const kinds = countKinds(profiles).flatMap(([profile, count]) => {
    const offer = rules.offer(profile)
    return offer ? [{ offer, count }] : []
  })
  const slots = kinds.reduce((sum, { offer, count }) => sum + offer.size * count, 0)
  return slots <= rules.slots && (profiles.length > maxPacked || pack(rules.slots, kinds) !== null)
}

function removedBy({ changes }: Change): number {
  return [...changes.values()].filter(to => to === null).length
}

function movesOf(change: Change): number {
  return change.changes.size - removedBy(change)
}

function weigh(change: Change, rules: CutRules): number[] {
  const held = (removed: boolean) => [...change.changes].filter(([slice, to]) => slice.holder !== null && (to === null) === removed).length
  const memoryMiB = [...change.changes].reduce((sum, [slice]) => sum + (rules.offer(slice.profile)?.memoryMiB ?? 0), 0)
  return [removedBy(change), movesOf(change), held(true), held(false), memoryMiB]
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index])
  return differing === -1 ? 0 : a[differing] - b[differing]
}
