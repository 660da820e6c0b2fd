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
  return {
    kinds,
    byId: new Map(slices.map(slice => [slice.id, slice])),
    serving(request, leastMiB) {
      const key = JSON.stringify([request.profile, request.device, request.need, leastMiB])
      const known = answers.get(key)
      if (known)
        return known
      const found = kinds
        .filter(({ sample }) => sample.unusable === null && sample.memoryMiB >= (leastMiB ?? 0) && serves(sample, request))
        .sort((a, b) => request.need === null ? mostCompute(a.sample, b.sample) : leastMemory(a.sample, b.sample))
      answers.set(key, found)
      return found
    },
  }
}

/** The slice that computes most first; of equal ones a GPU's, then the lowest place, so that the answer never varies. */
function mostCompute(a: PlanSlice, b: PlanSlice): number {
  return b.threads - a.threads || b.computeShare - a.computeShare || Number(b.isGpu) - Number(a.isGpu) || compareIds(a.device, b.device) || a.start - b.start || compareIds(a.id, b.id)
}
