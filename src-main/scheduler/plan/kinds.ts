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
  /** The smallest memory first, then the least compute. */
  readonly bySize: readonly PlanSlice[]
  /** Kinds that serve a request and have the memory, the best choice first; the same list for requests that the same kinds serve. */
  readonly serving: (request: SliceRequest, leastMiB: number | null) => readonly Kind[]
  /** Of some slices, few in number, the one that `serving` comes to first; null if none serves. */
  readonly best: (among: ReadonlySet<string>, request: SliceRequest, leastMiB: number | null, accepts: (slice: PlanSlice) => boolean) => PlanSlice | null
}

/** Requests whose answer is remembered: a lab that is asked ever new ones must not grow by them. */
const mostAnswers = 10_000

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
  const lists = new Map<string, readonly Kind[]>()
  const sizes = [...new Set(slices.map(({ memoryMiB }) => memoryMiB))].sort((a, b) => a - b)
  const numbers = new Map(kinds.map((kind, number) => [kind, number]))
  const byId = new Map(slices.map(slice => [slice.id, slice]))
  const kindOf = new Map(kinds.flatMap(kind => kind.slices.map(({ id }) => [id, kind] as const)))
  return {
    kinds,
    byId,
    bySize: [...slices].sort((a, b) => a.memoryMiB - b.memoryMiB || a.computeShare - b.computeShare),
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
      const key = JSON.stringify([request.profile, request.device, request.need && { ...request.need, memoryMiB: sizeFor(request.need.memoryMiB ?? null) }, sizeFor(leastMiB)])
      const known = answers.get(key)
      if (known)
        return known
      if (answers.size >= mostAnswers) {
        answers.clear()
        lists.clear()
      }
      const found = kinds
        .filter(({ sample }) => servesWith(sample, request, leastMiB))
        .sort((a, b) => choice(a.sample, b.sample, request))
      const list = found.map(kind => numbers.get(kind)).join()
      const same = lists.get(list) ?? found
      lists.set(list, same)
      answers.set(key, same)
      return same
    },
  }

  /** The smallest slice that has so much memory: whatever asks for more than the next smaller one and no more than this asks for the same. */
  function sizeFor(memoryMiB: number | null): number | null {
    return memoryMiB === null ? null : sizes.find(size => size >= memoryMiB) ?? Number.MAX_VALUE
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
