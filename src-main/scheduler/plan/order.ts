import type { Amount } from '../../contract/model'
import type { Line } from './snapshot'
import type { TenantNode, TenantTree } from './tenantTree'
import { compareIds } from '../../broker/planRequest'
import { isBound } from './tenantTree'

/** What is held counts little beside what was used: enough for grants at one instant to go to more than one. */
const heldCounts = 0.1

/** A line as the plan goes through it. */
export interface Cursor {
  readonly line: Line
  readonly tenant: TenantNode
  /** Index of the unit that is next. */
  next: number
}

/** Lines of one tenant, and the tenants below it, that still have something to be looked at. */
interface Branch {
  readonly node: TenantNode
  readonly own: Cursor[]
  readonly below: Branch[]
}

/**
 * Who comes next among the lines of one class. From the root down: first who uses less than it is guaranteed, then who has
 * used and uses least for its weight; a tenant's own jobs count as one more tenant below it, of weight 1. Within one
 * tenant the job with the lowest key. `whole` is what the lab has.
 */
export function createOrder(tree: TenantTree, lines: readonly Line[], whole: Amount) {
  const branches = new Map<string, Branch>()
  const roots: Branch[] = []

  function branch(node: TenantNode): Branch {
    const known = branches.get(node.id)
    if (known)
      return known
    const made: Branch = { node, own: [], below: [] }
    branches.set(node.id, made)
    if (node.parent)
      branch(node.parent).below.push(made)
    else
      roots.push(made)
    return made
  }

  for (const line of lines) {
    const node = tree.get(line.tenant)
    if (node)
      branch(node).own.push({ line, tenant: node, next: 0 })
  }
  for (const { own } of branches.values())
    own.sort((a, b) => -compareCursors(a, b))

  function isEmpty({ own, below }: Branch): boolean {
    return own.length === 0 && below.every(isEmpty)
  }

  function pick(from: Branch): Cursor | null {
    let best: Branch | null = null
    for (const each of from.below) {
      if (!isEmpty(each) && (best === null || compareBranches(each, best) < 0))
        best = each
    }
    if (from.own.length === 0)
      return best && pick(best)
    return best && claim(best.node) < ownClaim(from) ? pick(best) : from.own[from.own.length - 1]
  }

  function compareBranches(a: Branch, b: Branch): number {
    return Number(isSatisfied(a.node)) - Number(isSatisfied(b.node)) || claim(a.node) - claim(b.node) || compareIds(a.node.id, b.node.id)
  }

  /** What it has used and uses, for its weight: the lower comes first. */
  function claim({ used, held, tenant }: TenantNode): number {
    return (used + heldCounts * shareOf(held, whole)) / tenant.terms.weight
  }

  /** The same for a tenant's own jobs, without those of the tenants below it. */
  function ownClaim({ node }: Branch): number {
    const below = node.children.reduce((sum, { held }) => ({ compute: sum.compute + held.compute, memoryMiB: sum.memoryMiB + held.memoryMiB }), { compute: 0, memoryMiB: 0 })
    return node.tenant.faded + node.tenant.recent + heldCounts * shareOf({ compute: node.held.compute - below.compute, memoryMiB: node.held.memoryMiB - below.memoryMiB }, whole)
  }

  return {
    /** The line whose next unit comes next; null when there is none. */
    next(): Cursor | null {
      const open = roots.filter(root => !isEmpty(root)).sort(compareBranches)
      return open.length > 0 ? pick(open[0]) : null
    },
    /** Its unit started: the line goes on with the one behind it. */
    advance(cursor: Cursor): void {
      cursor.next += 1
      remove(cursor)
      if (cursor.next < cursor.line.units.length)
        insert(cursor)
    },
    /** Its unit cannot start now, and so none behind it that asks for the same. */
    remove,
  }

  function remove(cursor: Cursor): void {
    const own = branches.get(cursor.tenant.id)?.own
    const at = own?.lastIndexOf(cursor) ?? -1
    if (at !== -1)
      own?.splice(at, 1)
  }

  function insert(cursor: Cursor): void {
    const { own } = branch(cursor.tenant)
    let at = own.length
    while (at > 0 && compareCursors(own[at - 1], cursor) < 0)
      at--
    own.splice(at, 0, cursor)
  }
}

/** Uses at least what it is guaranteed, or is guaranteed nothing. */
function isSatisfied({ tenant: { terms: { guaranteed } }, held }: TenantNode): boolean {
  return !isBound(guaranteed)
    || (guaranteed.compute !== undefined && held.compute >= guaranteed.compute - 1e-9)
    || (guaranteed.memoryMiB !== undefined && held.memoryMiB >= guaranteed.memoryMiB - 1e-9)
}

/** The larger of an amount's parts of the whole. */
export function shareOf({ compute, memoryMiB }: Amount, whole: Amount): number {
  return Math.max(whole.compute > 0 ? compute / whole.compute : 0, whole.memoryMiB > 0 ? memoryMiB / whole.memoryMiB : 0)
}

function compareCursors(a: Cursor, b: Cursor): number {
  return a.line.units[a.next].key - b.line.units[b.next].key || compareIds(a.line.units[a.next].jobs[0], b.line.units[b.next].jobs[0])
}
