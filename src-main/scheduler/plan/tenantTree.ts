import type { Amount, Limit } from '../../contract/model'
import type { PlanTenant } from './snapshot'
import { compareIds } from '../../broker/planRequest'

/** A tenant with what it and all below it hold as the plan goes on. */
export interface TenantNode {
  readonly id: string
  readonly parent: TenantNode | null
  readonly children: TenantNode[]
  readonly tenant: PlanTenant
  /** Itself and all above it, itself first. */
  readonly line: readonly TenantNode[]
  readonly held: { compute: number, memoryMiB: number, running: number }
  /** What of it is about to go: its jobs were asked to leave. */
  readonly going: { compute: number, memoryMiB: number }
  /** What it has used, long ago and lately, with all below it. */
  used: number
}

/** Differences of shares and sums of them are not exact. */
const slack = 1e-9

export type TenantTree = ReturnType<typeof tenantTree>

/** The tree of tenants; children in order of their ids, so that the answer never depends on how they were listed. */
export function tenantTree(tenants: readonly PlanTenant[]) {
  const rows = new Map(tenants.map(tenant => [tenant.id, tenant]))
  const nodes = new Map<string, TenantNode>()

  function node(tenant: PlanTenant): TenantNode {
    const known = nodes.get(tenant.id)
    if (known)
      return known
    const above = tenant.parent === null ? undefined : rows.get(tenant.parent)
    const parent = above ? node(above) : null
    const line: TenantNode[] = []
    const made: TenantNode = { id: tenant.id, parent, children: [], tenant, line, held: { compute: 0, memoryMiB: 0, running: 0 }, going: { compute: 0, memoryMiB: 0 }, used: 0 }
    line.push(made, ...parent?.line ?? [])
    nodes.set(tenant.id, made)
    parent?.children.push(made)
    return made
  }

  for (const tenant of [...tenants].sort((a, b) => compareIds(a.id, b.id))) {
    for (const each of node(tenant).line)
      each.used += tenant.faded + tenant.recent
  }

  return {
    roots: [...nodes.values()].filter(({ parent }) => parent === null),
    all: (): IterableIterator<TenantNode> => nodes.values(),
    get: (id: string): TenantNode | undefined => nodes.get(id),
    /** Counts what jobs take for their tenant and all above. */
    count(id: string, amount: Amount, jobs: number): void {
      for (const { held } of nodes.get(id)?.line ?? []) {
        held.compute += amount.compute
        held.memoryMiB += amount.memoryMiB
        held.running += jobs
      }
    },
    /** A job was asked to leave: until it has left, it holds what it has. */
    goes(id: string, amount: Amount): void {
      for (const { going } of nodes.get(id)?.line ?? []) {
        going.compute += amount.compute
        going.memoryMiB += amount.memoryMiB
      }
    },
  }
}

/** Whether an amount and some more is within a limit; of what the limit does not name there is no bound. */
export function within(amount: Amount, more: Amount, limit: Limit): boolean {
  return (limit.compute === undefined || amount.compute + more.compute <= limit.compute + slack)
    && (limit.memoryMiB === undefined || amount.memoryMiB + more.memoryMiB <= limit.memoryMiB + slack)
}

export function isBound({ compute, memoryMiB }: Limit): boolean {
  return compute !== undefined || memoryMiB !== undefined
}

/** Whether a tenant with an amount more would still be within what it is guaranteed. A tenant without a guarantee never is. */
export function withinGuarantee({ tenant, held }: TenantNode, more: Amount): boolean {
  return isBound(tenant.terms.guaranteed) && within(held, more, tenant.terms.guaranteed)
}

/** Whether a tenant with an amount less, and without what is about to go, would still have at least what it is guaranteed. */
export function keepsGuarantee({ tenant, held, going }: TenantNode, less: Amount): boolean {
  const { compute = 0, memoryMiB = 0 } = tenant.terms.guaranteed
  return held.compute - going.compute - less.compute >= compute - slack && held.memoryMiB - going.memoryMiB - less.memoryMiB >= memoryMiB - slack
}

/** The two tenants at which the lines of two tenants part; null where one lies in the other's line. */
export function whereTheyPart(a: TenantNode, b: TenantNode): { readonly a: TenantNode, readonly b: TenantNode } | null {
  const [left, right] = [[...a.line].reverse(), [...b.line].reverse()]
  const at = left.findIndex((node, level) => node !== right[level])
  return at === -1 || right[at] === undefined ? null : { a: left[at], b: right[at] }
}
