import type { PlanSlice, SliceRequest } from '../../broker/planRequest'
import type { Doorway } from './doorway'
import type { Kind, KindIndex } from './kinds'
import type { TenantNode } from './tenantTree'

/** Slices that serve a line and that its jobs may start on now. */
export interface Places {
  readonly kinds: readonly Kind[]
  /** Of all its kinds, the best choice first. */
  readonly slices: readonly PlanSlice[]
  readonly ids: ReadonlySet<string>
  /** Those that were free when the plan began, the best choice first. */
  readonly free: readonly PlanSlice[]
  readonly bySize: readonly PlanSlice[]
}

export interface PlaceFinder {
  /** `leftMs` and `minRunMs` as in `Doorway.refuses`. */
  readonly open: (asked: Asked, tenant: TenantNode, minRunMs: number) => Places
}

type Asked = SliceRequest & { readonly leastMiB: number | null, readonly leftMs: number | null }

/** Finds the places of lines, once for all of one plan that ask alike. `free`: the slices that nobody has when the plan begins. */
export function placeFinder(index: KindIndex, doorway: Doorway, free: ReadonlySet<string>): PlaceFinder {
  const freeAtFirst = new Set(free)
  const found = new Map<readonly Kind[], Map<string, Places>>()
  return {
    open(asked, tenant, minRunMs) {
      const serving = index.serving(asked, asked.leastMiB)
      const key = doorway.isOpen ? '' : `${tenant.id} ${asked.leftMs} ${minRunMs}`
      const alike = found.get(serving) ?? new Map<string, Places>()
      found.set(serving, alike)
      const known = alike.get(key)
      if (known)
        return known
      const kinds = doorway.isOpen ? serving : serving.filter(({ sample }) => doorway.refuses(sample.device, tenant, asked.leftMs, minRunMs) === null)
      const places = placesOf(kinds, freeAtFirst)
      alike.set(key, places)
      return places
    },
  }
}

function placesOf(kinds: readonly Kind[], free: ReadonlySet<string>): Places {
  const slices = kinds.flatMap(kind => kind.slices)
  return {
    kinds,
    slices,
    ids: new Set(slices.map(({ id }) => id)),
    free: slices.filter(({ id }) => free.has(id)),
    bySize: [...slices].sort((a, b) => a.memoryMiB - b.memoryMiB || a.computeShare - b.computeShare),
  }
}
