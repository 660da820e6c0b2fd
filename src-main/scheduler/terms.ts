import type { Limit, QueueTerms, TenantTerms } from '../contract/model'
import { TrancheError } from '../contract/errors'

export const usualTenantTerms: TenantTerms = { weight: 1, guaranteed: {}, borrowing: {}, lending: {}, cap: {} }

export const usualQueueTerms: QueueTerms = { priorityClass: 'normal', rank: 0, state: 'open', tenants: null, defaultMaxRunMs: null, minRunMs: 60_000 }

interface Placed { readonly id: string, readonly parentId: string | null, readonly path: string, readonly terms: TenantTerms }

/**
 * Refuses terms that could not be kept: guarantees of the tenants below one that add up to more than its own (a tenant
 * without one guarantees nothing itself and binds nobody), and a guarantee beyond the tenant's cap.
 */
export function checkTenantTerms(tenants: readonly Placed[]): void {
  for (const tenant of tenants) {
    for (const resource of ['compute', 'memoryMiB'] as const) {
      const own = tenant.terms.guaranteed[resource]
      const cap = tenant.terms.cap[resource]
      if (own !== undefined && cap !== undefined && own > cap)
        throw new TrancheError('conflict', `${tenant.path} cannot be guaranteed ${amountOf(resource, own)}: its cap is ${amountOf(resource, cap)}. Raise the cap or guarantee less.`)
      const below = tenants.filter(({ parentId }) => parentId === tenant.id)
      const sum = below.reduce((total, { terms }) => total + (terms.guaranteed[resource] ?? 0), 0)
      if (own !== undefined && sum > own + 1e-9)
        throw new TrancheError('conflict', `The tenants below ${tenant.path} are guaranteed ${amountOf(resource, sum)} together, and it is guaranteed only ${amountOf(resource, own)} itself. Raise that, or guarantee them less.`)
    }
  }
}

function amountOf(resource: keyof Limit, value: number): string {
  return resource === 'compute' ? `${Math.round(value * 1000) / 1000} devices` : `${value} MiB`
}
