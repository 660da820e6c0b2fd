import type { Amount, Limit, Tenant } from '@contract/model'
import { memory, percent } from '../format'

/** A tenant with its depth below the root, in the order of a tree that is read from top to bottom. */
export interface TenantRow {
  readonly tenant: Tenant
  readonly depth: number
  readonly hasChildren: boolean
  readonly isOpen: boolean
}

/** The tree's lines; those below a closed tenant are left out. One whose parent is not there stands at the top. */
export function tenantRows(tenants: readonly Tenant[], closed: ReadonlySet<string>): TenantRow[] {
  const below = new Map<string | null, Tenant[]>()
  const ids = new Set(tenants.map(({ id }) => id))
  for (const tenant of tenants) {
    const parent = tenant.parent !== null && ids.has(tenant.parent) ? tenant.parent : null
    below.set(parent, [...below.get(parent) ?? [], tenant])
  }
  const rowsOf = (parent: string | null, depth: number): TenantRow[] => (below.get(parent) ?? []).toSorted((a, b) => a.name.localeCompare(b.name)).flatMap((tenant) => {
    const hasChildren = below.has(tenant.id)
    const isOpen = hasChildren && !closed.has(tenant.id)
    return [{ tenant, depth, hasChildren, isOpen }, ...isOpen ? rowsOf(tenant.id, depth + 1) : []]
  })
  return rowsOf(null, 0)
}

function devicesWords(compute: number): string {
  const figure = String(Number(compute.toFixed(2)))
  return `${figure} ${figure === '1' ? 'device' : 'devices'}`
}

/** What a tenant uses against what it is guaranteed and capped at, in whichever of compute and memory it is nearer to it. */
export interface Quota {
  /** Parts of the bar's length, 0 to 1. The bar is as long as the cap, else the guarantee, else the use. */
  readonly used: number
  readonly guaranteed: number | null
  /** Without a guarantee and a cap there is nothing to compare with. */
  readonly isBounded: boolean
  readonly words: string
}

export function quotaOf({ use: { now }, terms: { guaranteed, cap } }: Pick<Tenant, 'use' | 'terms'>): Quota {
  const kind = pressing(now, guaranteed, cap)
  const say = (figure: number) => kind === 'compute' ? devicesWords(figure) : memory(figure)
  const [used, sure, most] = [now[kind], guaranteed[kind], cap[kind]]
  const length = Math.max(most ?? sure ?? used, used, Number.EPSILON)
  const bounds = [sure !== undefined && `${say(sure)} guaranteed`, most !== undefined && `${say(most)} at most`].filter(Boolean)
  return { used: used / length, guaranteed: sure === undefined ? null : Math.min(1, sure / length), isBounded: bounds.length > 0, words: `${say(used)} in use${bounds.length > 0 ? `, ${bounds.join(', ')}` : ''}` }
}

function pressing(now: Amount, guaranteed: Limit, cap: Limit): 'compute' | 'memoryMiB' {
  const part = (kind: 'compute' | 'memoryMiB') => now[kind] / (cap[kind] ?? guaranteed[kind] ?? Infinity)
  return part('memoryMiB') > part('compute') ? 'memoryMiB' : 'compute'
}

/** `23 % of the lab, due 30 %` */
export function shareWords({ share, due }: Pick<Tenant['use'], 'share' | 'due'>): string {
  return `${percent(share)} of the lab, due ${percent(due)}`
}
