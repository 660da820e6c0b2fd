import type { CallOutput, CallParsed, Changed } from '../../src-main/contract/calls'
import type { Tenant, TenantTerms } from '../../src-main/contract/model'
import type { Handlers } from '../../src-main/contract/router'
import { TrancheError } from '../../src-main/contract/errors'

const plain: TenantTerms = { weight: 1, guaranteed: {}, borrowing: {}, lending: {}, cap: {} }

interface Made {
  readonly id: string
  readonly parent: string | null
  readonly name: string
  readonly kind: Tenant['kind']
  readonly compute: number
  readonly share: number
  readonly faded: number
  readonly due: number
  readonly terms?: Partial<TenantTerms>
}

const made: readonly Made[] = [
  { id: 'tenant_root', parent: null, name: 'lab', kind: 'organisation', compute: 6.1, share: 0.87, faded: 0.8, due: 1 },
  { id: 'tenant_me', parent: 'tenant_root', name: 'me', kind: 'person', compute: 0.43, share: 0.06, faded: 0.05, due: 0.1 },
  { id: 'tenant_physics', parent: 'tenant_root', name: 'physics', kind: 'organisation', compute: 3.2, share: 0.46, faded: 0.38, due: 0.35, terms: { weight: 3, guaranteed: { compute: 2, memoryMiB: 163_840 }, borrowing: { compute: 2 } } },
  { id: 'tenant_lattice', parent: 'tenant_physics', name: 'lattice', kind: 'team', compute: 2.4, share: 0.34, faded: 0.3, due: 0.2, terms: { weight: 2, guaranteed: { compute: 1 } } },
  { id: 'tenant_ann', parent: 'tenant_lattice', name: 'ann', kind: 'person', compute: 1.6, share: 0.23, faded: 0.2, due: 0.12 },
  { id: 'tenant_ben', parent: 'tenant_lattice', name: 'ben', kind: 'person', compute: 0.8, share: 0.11, faded: 0.1, due: 0.08 },
  { id: 'tenant_optics', parent: 'tenant_physics', name: 'optics', kind: 'team', compute: 0.8, share: 0.12, faded: 0.08, due: 0.15 },
  { id: 'tenant_biology', parent: 'tenant_root', name: 'biology', kind: 'organisation', compute: 0.7, share: 0.1, faded: 0.17, due: 0.25, terms: { weight: 2, guaranteed: { compute: 1.5 }, lending: { compute: 1 } } },
  { id: 'tenant_cho', parent: 'tenant_biology', name: 'cho', kind: 'person', compute: 0.7, share: 0.1, faded: 0.17, due: 0.25 },
  { id: 'tenant_students', parent: 'tenant_root', name: 'students', kind: 'organisation', compute: 1.77, share: 0.25, faded: 0.2, due: 0.3, terms: { weight: 1, cap: { compute: 2, running: 40, jobs: 5000 } } },
  { id: 'tenant_ml-course', parent: 'tenant_students', name: 'ml-course', kind: 'team', compute: 1.77, share: 0.25, faded: 0.2, due: 0.3 },
]

function pathOf(tenants: readonly Pick<Tenant, 'id' | 'parent' | 'name'>[], id: string): string {
  const tenant = tenants.find(each => each.id === id)
  const above = tenants.find(each => each.id === tenant?.parent)
  return !tenant ? '' : above && above.parent !== null ? `${pathOf(tenants, above.id)}/${tenant.name}` : tenant.name
}

export function firstTenants(): Tenant[] {
  return made.map(({ id, parent, name, kind, compute, share, faded, due, terms }) => ({
    id,
    parent,
    name,
    path: pathOf(made, id),
    kind,
    terms: { ...plain, ...terms },
    use: { now: { compute, memoryMiB: Math.round(compute * 76_000) }, share, faded, due, running: Math.round(compute * 4), queued: Math.round(compute * 310) },
  }))
}

/** Of the persons and teams that submit jobs. */
export const tenantPaths = ['tenant_me', 'tenant_ann', 'tenant_ben', 'tenant_optics', 'tenant_cho', 'tenant_ml-course'].map(id => pathOf(made, id))

/** Use that goes up and down around what each uses now. */
function history(tenants: readonly Tenant[], { fromMs, toMs, buckets }: CallParsed<'tenants.history'>): CallOutput<'tenants.history'> {
  const stepMs = (toMs - fromMs) / buckets
  const wave = (tenant: Tenant, bucket: number) => {
    const phase = tenant.name.length * 1.7
    return Math.max(0, tenant.use.faded * (0.75 + 0.35 * Math.sin(bucket / 9 + phase) + 0.2 * Math.sin(bucket / 2.3 + phase * 3)))
  }
  return { fromMs, stepMs, tenants: tenants.map(tenant => ({ tenant: tenant.id, path: tenant.path, shares: Array.from({ length: buckets }, (_, bucket) => wave(tenant, bucket)) })) }
}

/** Calls about the mock lab's tenants. */
export function mockTenantCalls({ changed }: { readonly changed: (topics: Changed['topics']) => void }) {
  let tenants = firstTenants()
  let next = 1

  const find = (id: string) => {
    const tenant = tenants.find(each => each.id === id || each.path === id)
    if (!tenant)
      throw new TrancheError('not_found', `There is no tenant ${id}.`)
    return tenant
  }

  function put(tenant: Tenant): Tenant {
    const guaranteed = tenants.filter(({ id, parent }) => id !== tenant.id && parent === tenant.parent).reduce((sum, { terms }) => sum + (terms.guaranteed.compute ?? 0), tenant.terms.guaranteed.compute ?? 0)
    const parent = tenants.find(({ id }) => id === tenant.parent)
    if (parent && parent.parent !== null && guaranteed > (parent.terms.guaranteed.compute ?? Infinity))
      throw new TrancheError('conflict', `The guarantees below ${parent.path} would add up to ${guaranteed} devices, and ${parent.path} is guaranteed ${parent.terms.guaranteed.compute}. Lower one of them, or raise that of ${parent.path} first.`)
    tenants = tenants.some(({ id }) => id === tenant.id) ? tenants.map(each => each.id === tenant.id ? tenant : each) : [...tenants, tenant]
    tenants = tenants.map(each => ({ ...each, path: pathOf(tenants, each.id) }))
    changed(['queues'])
    return find(tenant.id)
  }

  return {
    'tenants.list': () => tenants,
    'tenants.add': ({ name, parent, kind, terms }) => put({ id: `tenant_new${next++}`, parent: find(parent ?? 'tenant_root').id, name, path: name, kind: kind ?? 'team', terms: { ...plain, ...terms }, use: { now: { compute: 0, memoryMiB: 0 }, share: 0, faded: 0, due: 0, running: 0, queued: 0 } }),
    'tenants.change': ({ id, name, parent, terms }) => {
      const before = find(id)
      return put({ ...before, name: name ?? before.name, parent: parent ? find(parent).id : before.parent, terms: { ...before.terms, ...terms } })
    },
    'tenants.remove': ({ id }) => {
      const { use, path } = find(id)
      if (use.running + use.queued > 0 || tenants.some(({ parent }) => parent === id))
        throw new TrancheError('in_use', `${path} cannot be removed: it has ${use.running + use.queued} jobs that have not ended, or tenants below it. Cancel or wait for the jobs, and remove the tenants below it first.`)
      tenants = tenants.filter(each => each.id !== id)
      changed(['queues'])
      return { id }
    },
    'tenants.history': asked => history(tenants, asked),
  } satisfies Partial<Handlers>
}
