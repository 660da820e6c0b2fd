import type { CallParsed } from '../contract/calls'
import type { Amount, Tenant, UseHistory } from '../contract/model'
import type { Store } from '../store/store'
import type { TenantRow } from '../store/tenants'
import type { Changes } from '../telemetry/changes'
import type { Book } from './book'
import type { Registry } from './registry'
import type { UseBook } from './useBook'
import { TrancheError } from '../contract/errors'
import { newId } from '../store/ids'
import { ownTenant, rootTenant } from '../store/tenants'
import { checkTenantTerms, usualTenantTerms } from './terms'
import { dominantShare } from './useBook'

const minuteMs = 60_000

export interface TenantServiceDeps {
  readonly store: Store
  readonly registry: Registry
  readonly book: Book
  readonly uses: UseBook
  readonly held: () => { readonly byTenant: ReadonlyMap<string, Amount>, readonly whole: Amount }
  readonly changes: Changes
  readonly nowMs: () => number
  /** The order of jobs may be another. */
  readonly onChanged: () => void
}

/** What admins do with tenants, and what each of them uses. */
export function createTenantService({ store, registry, book, uses, held, changes, nowMs, onChanged }: TenantServiceDeps) {
  function list(): Tenant[] {
    const { byTenant, whole } = held()
    const counts = countJobs(book)
    const rows = registry.tenants()
    const asks = (id: string) => [...registry.below(id)].some(below => (counts.get(below)?.queued ?? 0) + (counts.get(below)?.running ?? 0) > 0)
    const dues = dueShares(rows, asks)
    return rows.map((row) => {
      const below = [...registry.below(row.id)]
      const now = below.reduce((sum, id) => ({ compute: sum.compute + (byTenant.get(id)?.compute ?? 0), memoryMiB: sum.memoryMiB + (byTenant.get(id)?.memoryMiB ?? 0) }), { compute: 0, memoryMiB: 0 })
      return {
        id: row.id,
        parent: row.parentId,
        name: row.name,
        path: registry.pathOf(row.id),
        kind: row.kind,
        terms: row.terms,
        use: {
          now,
          share: dominantShare(now, whole),
          faded: below.reduce((sum, id) => sum + uses.fadedOf(id), 0),
          due: dues.get(row.id) ?? 0,
          running: below.reduce((sum, id) => sum + (counts.get(id)?.running ?? 0), 0),
          queued: below.reduce((sum, id) => sum + (counts.get(id)?.queued ?? 0), 0),
        },
      }
    })
  }

  function show(id: string): Tenant {
    const found = list().find(tenant => tenant.id === id)
    if (!found)
      throw new TrancheError('not_found', `There is no tenant ${id}.`)
    return found
  }

  /** Writes one tenant, and what the others look like with it must be possible. */
  function keep(row: TenantRow, isNew: boolean): Tenant {
    const siblings = registry.tenants().filter(({ id, parentId }) => id !== row.id && parentId === row.parentId)
    if (siblings.some(({ name }) => name === row.name))
      throw new TrancheError('conflict', `There is a tenant ${row.name} already at that place. Choose another name.`)
    const all = [...registry.tenants().filter(({ id }) => id !== row.id), row]
    checkTenantTerms(all.map(each => ({ ...each, path: each.id === row.id ? row.name : registry.pathOf(each.id) })))
    store.write(() => {
      if (isNew)
        store.tenants.insert(row)
      else
        store.tenants.update(row)
      store.events.append(nowMs(), isNew ? 'tenant.added' : 'tenant.changed', row.id, { name: row.name, terms: row.terms })
    })
    return settle(row.id)
  }

  function settle(id: string): Tenant {
    registry.reload()
    changes.queues()
    onChanged()
    return show(id)
  }

  return {
    list,
    add({ name, parent, kind, terms }: CallParsed<'tenants.add'>): Tenant {
      const above = registry.tenant(parent ?? rootTenant)
      return keep({ id: newId('tenant'), parentId: above.id, name, kind: kind ?? (above.id === rootTenant ? 'team' : 'person'), terms: { ...usualTenantTerms, ...terms } }, true)
    },
    change({ id, name, parent, terms }: CallParsed<'tenants.change'>): Tenant {
      const row = registry.tenant(id)
      const above = parent === undefined ? row.parentId : registry.tenant(parent).id
      if (parent !== undefined && (row.id === rootTenant || (above !== null && registry.below(row.id).has(above))))
        throw new TrancheError('conflict', `${row.name} cannot lie below itself. Name a tenant outside of it as its parent.`)
      return keep({ ...row, name: name ?? row.name, parentId: above, terms: { ...row.terms, ...terms } }, false)
    },
    remove(named: string): { id: string } {
      const row = registry.tenant(named)
      if (row.id === rootTenant || row.id === ownTenant)
        throw new TrancheError('conflict', `${row.name} cannot be removed: ${row.id === rootTenant ? 'all others lie below it' : 'jobs that name no tenant belong to it'}.`)
      if (registry.tenants().some(({ parentId }) => parentId === row.id))
        throw new TrancheError('in_use', `There are tenants below ${row.name}. Remove these first, or give them another parent.`)
      const jobs = [...book.jobs()].filter(({ tenantId }) => tenantId === row.id)
      if (jobs.length > 0)
        throw new TrancheError('in_use', `${row.name} has ${jobs.length} jobs that have not ended. Cancel them, or wait for their end.`, { details: { jobs: jobs.slice(0, 20).map(({ id }) => id) } })
      store.write(() => {
        store.tenants.remove(row.id)
        store.events.append(nowMs(), 'tenant.removed', row.id, { name: row.name })
      })
      registry.reload()
      changes.queues()
      return { id: row.id }
    },
    /** Mean dominant shares over time, each tenant with those below it. */
    history({ fromMs, toMs, buckets }: CallParsed<'tenants.history'>): UseHistory {
      if (toMs <= fromMs)
        throw new TrancheError('invalid_input', 'The end of a stretch of time comes after its begin.')
      const stepMs = Math.max(minuteMs, (toMs - fromMs) / buckets)
      const count = Math.ceil((toMs - fromMs) / stepMs)
      const own = new Map<string, number[]>()
      for (const { tenantId, minute, share } of [...store.uses.between(Math.floor(fromMs / minuteMs), Math.floor(toMs / minuteMs)), ...uses.pending()]) {
        const bucket = Math.floor((minute * minuteMs - fromMs) / stepMs)
        if (bucket < 0 || bucket >= count)
          continue
        const shares = own.get(tenantId) ?? Array.from({ length: count }, () => 0)
        shares[bucket] += share / stepMs
        own.set(tenantId, shares)
      }
      return {
        fromMs,
        stepMs,
        tenants: registry.tenants().map(({ id }) => {
          const below = [...registry.below(id)].flatMap(each => own.get(each) ? [own.get(each) ?? []] : [])
          return { tenant: id, path: registry.pathOf(id), shares: Array.from({ length: count }, (_, bucket) => below.reduce((sum, shares) => sum + shares[bucket], 0)) }
        }),
      }
    },
  }
}

function countJobs(book: Book): Map<string, { queued: number, running: number }> {
  const counts = new Map<string, { queued: number, running: number }>()
  for (const { tenantId, state } of book.jobs()) {
    const of = counts.get(tenantId) ?? { queued: 0, running: 0 }
    of[state === 'running' ? 'running' : 'queued']++
    counts.set(tenantId, of)
  }
  return counts
}

/** What each tenant is due of the lab, by weights, among those that ask for something or use something; level by level. */
function dueShares(rows: readonly TenantRow[], asks: (id: string) => boolean): Map<string, number> {
  const dues = new Map<string, number>()
  function share(row: TenantRow, due: number): void {
    dues.set(row.id, due)
    const below = rows.filter(({ parentId }) => parentId === row.id)
    const asking = below.filter(({ id }) => asks(id))
    const weights = asking.reduce((sum, { terms }) => sum + terms.weight, 0)
    below.forEach(child => share(child, asking.includes(child) ? due * child.terms.weight / weights : 0))
  }
  rows.filter(({ parentId }) => parentId === null).forEach(root => share(root, 1))
  return dues
}
