import type { Placement } from '../../contract/model'
import type { BestCut } from '../../slicing/placement/placement'
import type { DeviceClass, LayoutState } from './deviceClass'
import { insertSorted, removeSorted } from './sortedList'

/** A place for a request, with what decides between it and others. */
export interface Candidate {
  readonly device: string
  readonly profile: string
  readonly start: number
  readonly loss: number
  readonly fullness: number
}

/** Devices of one class and one label, by the layout that they have. */
export interface FleetGroup {
  readonly put: (id: string, slices: readonly Placement[]) => void
  readonly take: (id: string, slices: readonly Placement[]) => void
  /** The best device of the group for a profile, or null if none has room for it. */
  readonly candidate: (profile: string) => Candidate | null
}

/** Devices whose layout is the same, lowest id first. */
interface Bucket {
  readonly state: LayoutState
  readonly ids: string[]
}

interface Ranked extends BestCut {
  readonly bucket: Bucket
}

/** Profiles whose ranking is kept: in `shared` mode there is no end of them. */
const maxRankings = 64

export function createFleetGroup(deviceClass: DeviceClass): FleetGroup {
  const buckets = new Map<string, Bucket>()
  /** By profile: the buckets that have room for it, the best first. Kept up to date from the first question on. */
  const rankings = new Map<string, Ranked[]>()
  const rank = (ranking: Ranked[], profile: string, bucket: Bucket): void => {
    const best = bucket.state.best(profile)
    if (best)
      insertSorted(ranking, { ...best, bucket }, compareRanked)
  }
  const rankingOf = (profile: string): readonly Ranked[] => {
    const known = rankings.get(profile)
    if (known)
      return known
    const ranking: Ranked[] = []
    for (const bucket of buckets.values())
      rank(ranking, profile, bucket)
    if (rankings.size >= maxRankings)
      rankings.clear()
    rankings.set(profile, ranking)
    return ranking
  }
  return {
    put(id, slices) {
      const state = deviceClass.state(slices)
      const known = buckets.get(state.key)
      const bucket = known ?? { state, ids: [] }
      insertSorted(bucket.ids, id, compareWords)
      if (known)
        return
      buckets.set(state.key, bucket)
      for (const [profile, ranking] of rankings)
        rank(ranking, profile, bucket)
    },
    take(id, slices) {
      const { key } = deviceClass.state(slices)
      const bucket = buckets.get(key)
      if (!bucket)
        return
      removeSorted(bucket.ids, id, compareWords)
      if (bucket.ids.length > 0)
        return
      buckets.delete(key)
      for (const [profile, ranking] of rankings) {
        const best = bucket.state.best(profile)
        if (best)
          removeSorted(ranking, { ...best, bucket }, compareRanked)
      }
    },
    candidate(profile) {
      const name = deviceClass.rules.offer(profile)?.name
      if (name === undefined)
        return null
      let best: Candidate | null = null
      for (const { bucket: { ids, state }, loss, start } of rankingOf(name)) {
        const next = { device: ids[0], profile: name, start, loss, fullness: state.fullness }
        if (best && (loss > best.loss || state.fullness < best.fullness))
          break
        if (!best || compareCandidates(next, best) < 0)
          best = next
      }
      return best
    },
  }
}

/** Least loss of openness first; among equals the fullest device, then the lowest id. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return a.loss - b.loss || b.fullness - a.fullness || compareWords(a.device, b.device)
}

/** Without ids, which change while a bucket stays where it is. */
function compareRanked(a: Ranked, b: Ranked): number {
  return a.loss - b.loss || b.bucket.state.fullness - a.bucket.state.fullness || compareWords(a.bucket.state.key, b.bucket.state.key)
}

function compareWords(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
