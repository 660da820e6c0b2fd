import type { Amount } from '../../contract/model'
import type { TenantNode } from './tenantTree'
import { isBound, within, withinGuarantee } from './tenantTree'

const nothing: Amount = { compute: 0, memoryMiB: 0 }

/** What stands against a job of a tenant that would take an amount more. */
export interface Refused {
  readonly reason: 'cap' | 'lending'
  readonly tenant: TenantNode
  readonly what: 'cap' | 'running' | 'borrowing' | 'lending'
}

/** Whether the caps of a tenant and all above it, and what they may borrow, allow an amount more; null if so. */
export function refusedBy(tenant: TenantNode, more: Amount, jobs: number): Refused | null {
  for (const node of tenant.line) {
    const { cap, borrowing, guaranteed } = node.tenant.terms
    if (cap.running !== undefined && node.held.running + jobs > cap.running)
      return { reason: 'cap', tenant: node, what: 'running' }
    if (!within(node.held, more, cap))
      return { reason: 'cap', tenant: node, what: 'cap' }
    const most = {
      ...borrowing.compute !== undefined && { compute: (guaranteed.compute ?? 0) + borrowing.compute },
      ...borrowing.memoryMiB !== undefined && { memoryMiB: (guaranteed.memoryMiB ?? 0) + borrowing.memoryMiB },
    }
    if (!within(node.held, more, most))
      return { reason: 'cap', tenant: node, what: 'borrowing' }
  }
  return null
}

/**
 * Whether a job of a tenant may take an amount of what is free without touching what others are guaranteed and do not
 * lend; null if so. One within its own guarantee takes what is its own.
 */
export function refusedByLenders(roots: readonly TenantNode[], tenant: TenantNode, more: Amount, free: Amount): Refused | null {
  if (tenant.line.some(node => withinGuarantee(node, more)))
    return null
  const kept = roots.map(root => keptBack(root, tenant)).reduce(add, nothing)
  if (kept.compute === 0 && kept.memoryMiB === 0)
    return null
  const left = { compute: free.compute - more.compute, memoryMiB: free.memoryMiB - more.memoryMiB }
  if (left.compute >= kept.compute - 1e-9 && left.memoryMiB >= kept.memoryMiB - 1e-9)
    return null
  const lender = firstKeeper(roots, tenant)
  return lender && { reason: 'lending', tenant: lender, what: 'lending' }
}

function add(a: Amount, b: Amount): Amount {
  return { compute: a.compute + b.compute, memoryMiB: a.memoryMiB + b.memoryMiB }
}

/** What a tenant is guaranteed, does not lend and does not use; its own or, where that is more, that of those below it. */
function keptBack(node: TenantNode, asking: TenantNode): Amount {
  const below = node.children.map(child => keptBack(child, asking)).reduce(add, nothing)
  if (asking.line.includes(node))
    return below
  const own = ownKept(node)
  return { compute: Math.max(own.compute, below.compute), memoryMiB: Math.max(own.memoryMiB, below.memoryMiB) }
}

function ownKept({ tenant: { terms: { guaranteed, lending } }, held }: TenantNode): Amount {
  const kept = (mine: number | undefined, lent: number | undefined, used: number) => mine === undefined || lent === undefined ? 0 : Math.max(0, mine - lent - used)
  return { compute: kept(guaranteed.compute, lending.compute, held.compute), memoryMiB: kept(guaranteed.memoryMiB, lending.memoryMiB, held.memoryMiB) }
}

function firstKeeper(nodes: readonly TenantNode[], asking: TenantNode): TenantNode | null {
  for (const node of nodes) {
    const own = asking.line.includes(node) || !isBound(node.tenant.terms.lending) ? nothing : ownKept(node)
    const found = own.compute > 0 || own.memoryMiB > 0 ? node : firstKeeper(node.children, asking)
    if (found)
      return found
  }
  return null
}
