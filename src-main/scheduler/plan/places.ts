import type { PlanSlice, SliceRequest } from '../../broker/planRequest'
import type { Doorway } from './doorway'
import type { Kind, KindIndex } from './kinds'
import type { PlanRunning, Wait } from './snapshot'
import type { TenantNode } from './tenantTree'
import { compareIds } from '../../broker/planRequest'

/** Where jobs of a line could run: what does not change while a plan is made. */
export interface Places {
  /** All kinds that serve the line, the best choice first. */
  readonly serving: readonly Kind[]
  /** Those of them on devices where it may start now, and their slices in the same order. */
  readonly kinds: readonly Kind[]
  readonly slices: readonly PlanSlice[]
  /** Those slices that were free when the plan began. */
  readonly free: readonly PlanSlice[]
  readonly ids: ReadonlySet<string>
  readonly bySize: readonly PlanSlice[]
  /** Of what serves the line, a slice with the least memory: what it would take at least. */
  readonly smallest: PlanSlice | null
  /** Who holds those slices, so many as a wait names at most. */
  readonly holders: Wait['heldBy']
  /** How many slices serve it, on devices where it may start now or at a time that is known. */
  readonly reachable: number
  readonly served: ReadonlySet<string>
  readonly devices: ReadonlyMap<string, DeviceOpening>
}

export interface Opening {
  readonly slice: PlanSlice
  /** Infinity where nothing says. */
  readonly atMs: number
}

/** A device where a line may start once it is so late; 0 for at once. */
interface DeviceOpening { readonly fromMs: number }

export interface PlaceFinder {
  /** All slices by the time when each is free if nothing happens before, soonest first. */
  readonly ends: () => readonly Opening[]
  /** `minRunMs` as in `Doorway.refuses`. */
  readonly placesFor: (asked: Asked, tenant: TenantNode, minRunMs: number) => Places
}

type Asked = SliceRequest & { readonly leastMiB: number | null, readonly leftMs: number | null }

/** Holders that a wait names at most. */
export const mostHolders = 20

interface Facts {
  readonly index: KindIndex
  readonly doorway: Doorway
  readonly running: ReadonlyMap<string, PlanRunning>
  /** Ids of slices that nobody has when the plan begins. */
  readonly free: ReadonlySet<string>
}

/** Finds the places of lines, once for all of one plan that ask alike. */
export function placeFinder({ free, ...facts }: Facts): PlaceFinder {
  const endsAtMs = ({ holder }: PlanSlice) => (holder === null ? null : facts.running.get(holder)?.endsByMs) ?? Number.POSITIVE_INFINITY
  const ends = once((): readonly Opening[] => [...facts.index.byId.values()].map((slice): Opening => ({ slice, atMs: endsAtMs(slice) })).sort(compareOpenings))
  const known = { ...facts, free: new Set(free) }
  const ofLine = new Map<Asked, Places>()
  const ofKinds = new Map<readonly Kind[], Map<string, Places>>()

  function find(asked: Asked, tenant: TenantNode, minRunMs: number): Places {
    const serving = known.index.serving(asked, asked.leastMiB)
    const alike = ofKinds.get(serving) ?? new Map<string, Places>()
    ofKinds.set(serving, alike)
    const key = known.doorway.isOpen ? '' : `${tenant.id} ${asked.leftMs} ${minRunMs}`
    const places = alike.get(key) ?? placesOf(known, serving, device => known.doorway.isOpen ? null : known.doorway.refuses(device, tenant, asked.leftMs, minRunMs))
    alike.set(key, places)
    return places
  }

  return {
    ends,
    placesFor(asked, tenant, minRunMs) {
      const places = ofLine.get(asked) ?? find(asked, tenant, minRunMs)
      ofLine.set(asked, places)
      return places
    },
  }
}

function placesOf({ index, running, free }: Facts, serving: readonly Kind[], refuses: (device: string) => ReturnType<Doorway['refuses']>): Places {
  const open = serving.filter(({ sample }) => refuses(sample.device) === null)
  const kinds = open.length === serving.length ? serving : open
  const slices = kinds.flatMap(kind => kind.slices)
  const ids = once(() => new Set(slices.map(({ id }) => id)))
  const bySize = once(() => index.bySize.filter(({ id }) => ids().has(id)))
  const smallest = once(() => serving.reduce<PlanSlice | null>((least, { sample }) => least && least.memoryMiB <= sample.memoryMiB ? least : sample, null))
  const holders = once(() => firstHolders(slices).map(({ holder, slice }) => ({ holder, what: `${slice.profile} of ${slice.deviceName}`, untilMs: running.get(holder)?.endsByMs ?? null })))
  const devices = once(() => new Map(serving.flatMap(({ sample: { device } }) => {
    const shut = refuses(device)
    return shut && shut.untilMs === null ? [] : [[device, { fromMs: shut?.untilMs ?? 0 }] as const]
  })))
  const served = once(() => kinds === serving ? ids() : new Set(serving.flatMap(kind => kind.slices.map(({ id }) => id))))
  const reachable = once(() => serving.reduce((count, kind) => devices().has(kind.sample.device) ? count + kind.slices.length : count, 0))
  return {
    serving,
    kinds,
    slices,
    free: slices.filter(({ id }) => free.has(id)),
    get ids() { return ids() },
    get bySize() { return bySize() },
    get smallest() { return smallest() },
    get holders() { return holders() },
    get reachable() { return reachable() },
    get served() { return served() },
    get devices() { return devices() },
  }
}

export function compareOpenings(a: Opening, b: Opening): number {
  return (a.atMs === b.atMs ? 0 : a.atMs - b.atMs) || compareIds(a.slice.id, b.slice.id)
}

function firstHolders(slices: readonly PlanSlice[]): { readonly holder: string, readonly slice: PlanSlice }[] {
  const found = new Map<string, PlanSlice>()
  for (const slice of slices) {
    if (found.size >= mostHolders)
      break
    if (slice.holder !== null)
      found.set(slice.holder, slice)
  }
  return [...found].map(([holder, slice]) => ({ holder, slice }))
}

/** Makes a value when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}
