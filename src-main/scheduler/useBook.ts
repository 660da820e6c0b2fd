import type { Amount } from '../contract/model'
import type { Store } from '../store/store'
import { faded, recentMs } from './plan/fade'

const minuteMs = 60_000
/** Buckets older than this many half-lives no longer count. */
const halfLivesKept = 12

export interface UseBookDeps {
  readonly store: Pick<Store, 'uses' | 'write'>
  readonly nowMs: () => number
  readonly halfLifeMs: () => number
  /** What each tenant's own jobs hold now, and the whole lab's. */
  readonly held: () => { readonly byTenant: ReadonlyMap<string, Amount>, readonly whole: Amount }
}

export type UseBook = ReturnType<typeof createUseBook>

/** The larger of an amount's parts of the whole: dominant resource. */
export function dominantShare(amount: Amount, whole: Amount): number {
  return Math.max(whole.compute > 0 ? amount.compute / whole.compute : 0, whole.memoryMiB > 0 ? amount.memoryMiB / whole.memoryMiB : 0)
}

/**
 * What tenants have used: their faded shares, and minutes of use for the record. A minute is written when it is over, so
 * that a crash loses less than one.
 */
export function createUseBook({ store, nowMs, halfLifeMs, held }: UseBookDeps) {
  const shares = new Map<string, number>()
  const means = new Map<string, number>()
  const recent = new Map<string, number>()
  const minutes = new Map<string, Map<number, number>>()
  let asOfMs = nowMs()
  load()

  /** From the minutes on record. */
  function load(): void {
    const first = Math.floor((asOfMs - halfLivesKept * halfLifeMs()) / minuteMs)
    for (const { tenantId, minute, share } of store.uses.between(first, Math.floor(asOfMs / minuteMs))) {
      const agoMs = Math.max(0, asOfMs - (minute + 1) * minuteMs)
      const count = (into: Map<string, number>, halfMs: number) =>
        into.set(tenantId, (into.get(tenantId) ?? 0) + (share / minuteMs) * (1 - 2 ** (-minuteMs / halfMs)) * 2 ** (-agoMs / halfMs))
      count(means, halfLifeMs())
      count(recent, recentMs)
    }
  }

  /** Counts the time since the last look, with what was held then. A clock set back counts nothing. */
  function account(): void {
    const now = nowMs()
    const from = asOfMs
    asOfMs = now
    if (now <= from)
      return
    for (const tenant of new Set([...means.keys(), ...shares.keys()])) {
      const share = shares.get(tenant) ?? 0
      means.set(tenant, faded(means.get(tenant) ?? 0, share, now - from, halfLifeMs()))
      recent.set(tenant, faded(recent.get(tenant) ?? 0, share, now - from, recentMs))
      if (share > 0)
        spread(tenant, share, from, now)
    }
    if (Math.floor(from / minuteMs) !== Math.floor(now / minuteMs))
      write()
  }

  function spread(tenant: string, share: number, fromMs: number, toMs: number): void {
    const ofTenant = minutes.get(tenant) ?? new Map<number, number>()
    minutes.set(tenant, ofTenant)
    for (let minute = Math.floor(fromMs / minuteMs); minute * minuteMs < toMs; minute++) {
      const ms = Math.min(toMs, (minute + 1) * minuteMs) - Math.max(fromMs, minute * minuteMs)
      ofTenant.set(minute, (ofTenant.get(minute) ?? 0) + share * ms)
    }
  }

  function write(): void {
    if (minutes.size === 0)
      return
    const rows = [...minutes].flatMap(([tenantId, ofTenant]) => [...ofTenant].map(([minute, share]) => ({ tenantId, minute, share })))
    store.write(() => rows.forEach(store.uses.add))
    minutes.clear()
  }

  return {
    /** Called whenever what jobs hold may have changed. */
    look(): void {
      account()
      const { byTenant, whole } = held()
      shares.clear()
      for (const [tenant, amount] of byTenant)
        shares.set(tenant, dominantShare(amount, whole))
    },
    /** A tenant's own share over the past, without those below it. */
    fadedOf: (tenant: string): number => means.get(tenant) ?? 0,
    /** The same over the last minutes. */
    recentOf: (tenant: string): number => recent.get(tenant) ?? 0,
    /** Forgets what was learnt by another half-life. */
    reload(): void {
      write()
      means.clear()
      recent.clear()
      load()
    },
    /** Minutes that are not written yet are written. */
    close(): void {
      account()
      write()
    },
    pending: (): readonly { readonly tenantId: string, readonly minute: number, readonly share: number }[] =>
      [...minutes].flatMap(([tenantId, ofTenant]) => [...ofTenant].map(([minute, share]) => ({ tenantId, minute, share }))),
  }
}
