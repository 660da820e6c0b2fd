import type { PlanSlice, SliceRequest } from '../../broker/planRequest'
import { compareIds, leastMemory, serves } from '../../broker/planRequest'

/** Slices of one device that are alike: what serves by one of them is served by each. */
export interface Kind {
  readonly sample: PlanSlice
  /** In order of their place. */
  readonly slices: readonly PlanSlice[]
}

export interface KindIndex {
  readonly kinds: readonly Kind[]
  readonly byId: ReadonlyMap<string, PlanSlice>
  /** Kinds that serve a request and have the memory, the best choice first. */
  readonly serving: (request: SliceRequest, leastMiB: number | null) => readonly Kind[]
  /** Of some slices, few in number, the one that `serving` comes to first; null if none serves. */
  readonly best: (among: ReadonlySet<string>, request: SliceRequest, leastMiB: number | null, accepts: (slice: PlanSlice) => boolean) => PlanSlice | null
}

const indexes = new WeakMap<readonly PlanSlice[], KindIndex>()

/** Slices by what they are. Made once for a list of slices; who holds them is not looked at. */
export function kindsOf(slices: readonly PlanSlice[]): KindIndex {
  const known = indexes.get(slices)
  if (known)
    return known
  const index = makeIndex(slices)
  indexes.set(slices, index)
  return index
}

function makeIndex(slices: readonly PlanSlice[]): KindIndex {
  const groups = new Map<string, PlanSlice[]>()
  for (const slice of slices) {
    const { device, profile, memoryMiB, computeShare, sm, engines, threads, unusable } = slice
    const key = JSON.stringify([device, profile.toLowerCase(), memoryMiB, computeShare, sm, engines, threads, unusable])
    const group = groups.get(key)
    if (group)
      group.push(slice)
    else
      groups.set(key, [slice])
  }
  const kinds = [...groups.values()].map((group): Kind => {
    const ordered = group.sort((a, b) => a.start - b.start || compareIds(a.id, b.id))
    return { sample: ordered[0], slices: ordered }
  })
  const answers = new Map<string, readonly Kind[]>()
  const byId = new Map(slices.map(slice => [slice.id, slice]))
  const kindOf = new Map(kinds.flatMap(kind => kind.slices.map(({ id }) => [id, kind] as const)))
  return {
    kinds,
    byId,
    best(among, request, leastMiB, accepts) {
      let best: PlanSlice | null = null
      for (const id of among) {
        const slice = byId.get(id)
        if (slice && servesWith(slice, request, leastMiB) && accepts(slice) && (best === null || inOrder(slice, best, request) < 0))
          best = slice
      }
      return best
    },
    serving(request, leastMiB) {
      const key = JSON.stringify([request.profile, request.device, request.need, leastMiB])
      const known = answers.get(key)
      if (known)
        return known
      const found = kinds
        .filter(({ sample }) => servesWith(sample, request, leastMiB))
        .sort((a, b) => choice(a.sample, b.sample, request))
      answers.set(key, found)
      return found
    },
  }

  /** Kinds by their choice; of one kind by place. */
  function inOrder(a: PlanSlice, b: PlanSlice, request: SliceRequest): number {
    const [left, right] = [kindOf.get(a.id), kindOf.get(b.id)]
    return (left && right && left !== right ? choice(left.sample, right.sample, request) : 0) || a.start - b.start || compareIds(a.id, b.id)
  }
}

function servesWith(slice: PlanSlice, request: SliceRequest, leastMiB: number | null): boolean {
  return slice.unusable === null && slice.memoryMiB >= (leastMiB ?? 0) && serves(slice, request)
}

function choice(a: PlanSlice, b: PlanSlice, request: SliceRequest): number {
  return request.need === null ? mostCompute(a, b) : leastMemory(a, b)
}

/** The slice that computes most first; of equal ones a GPU's, then the lowest place, so that the answer never varies. */
function mostCompute(a: PlanSlice, b: PlanSlice): number {
  return b.threads - a.threads || b.computeShare - a.computeShare || Number(b.isGpu) - Number(a.isGpu) || compareIds(a.device, b.device) || a.start - b.start || compareIds(a.id, b.id)
}
