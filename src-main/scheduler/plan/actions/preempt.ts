import type { Rule } from '../../../contract/model'
import type { Board } from '../board'
import type { Cursor } from '../order'
import type { PlanRunning } from '../snapshot'
import type { TenantNode } from '../tenantTree'
import { compareIds } from '../../../broker/planRequest'
import { priorityClasses } from '../../../contract/model'
import { amountOf, lookAgain, minRunOf, sum } from '../board'
import { shareOf } from '../order'
import { keepsGuarantee, whereTheyPart, withinGuarantee } from '../tenantTree'

/** Jobs that leave together: one, or a gang. */
export interface Victims {
  readonly members: readonly PlanRunning[]
  /** Slices that they hold and the unit could use. */
  readonly slices: readonly string[]
  readonly rule: Rule
  readonly cost: number
  readonly isScavenger: boolean
}

/** Decides that a running job has to leave; its slice comes free. */
export function evict(board: Board, running: PlanRunning, by: string | null, rule: Rule): void {
  board.tree.goes(running.tenant, running.amount)
  board.coming.add(running.slices[0])
  board.decisions.push({ type: 'preempt', job: running.job, for: by, rule })
}

/** Whether there can be anyone at all whom a unit may evict. */
export function mayEvict(board: Board, { line, tenant }: Cursor): boolean {
  if (board.scavengers)
    return true
  const claim = claimOf(board, line, tenant)
  return claim !== null && tenant.line.some(node => withinGuarantee(node, claim))
}

/**
 * Whom a unit may evict for `missing` slices among those it could use: the cheapest, none more than needed; null if that is
 * not enough. A scavenger gives way to every other class, at once. What was borrowed is given back to a tenant that is
 * within its guarantee, by one that has more than its own at the level where the two part, and still has that much
 * afterwards, and whose job is of no higher class: so the evicted one can neither evict in turn nor be back before, unless
 * the tenant that it left for takes more and is then beyond its own guarantee.
 */
export function victimsFor(board: Board, { line, tenant }: Cursor, missing: number, usable: ReadonlySet<string>): readonly Victims[] | null {
  if (board.queues.get(line.queue)?.priorityClass === 'scavenger')
    return null
  const candidates = candidatesFor(board, line, tenant, usable)
  const chosen: Victims[] = []
  const given: PlanRunning[] = []
  let found = 0
  for (const victims of candidates) {
    if (found >= missing)
      break
    if (victims.rule === 'guarantee-reclaimed' && !stillOver(board, tenant, victims, given))
      continue
    chosen.push(victims)
    given.push(...victims.members)
    found += victims.slices.length
  }
  return found >= missing ? withoutNeedless(chosen, missing) : null
}

function candidatesFor(board: Board, line: Cursor['line'], tenant: TenantNode, usable: ReadonlySet<string>): Victims[] {
  const seen = new Set<string>()
  const found: Victims[] = []
  const claims = claimOf(board, line, tenant)
  for (const running of board.running.values()) {
    if (running.leaving || seen.has(running.job) || !usable.has(running.slices[0]))
      continue
    const members = membersOf(board, running)
    members.forEach(({ job }) => seen.add(job))
    const rule = members.some(({ leaving }) => leaving) ? null : ruleAgainst(board, line, tenant, claims, members)
    if (rule !== null) {
      found.push({
        members,
        slices: members.map(({ slices }) => slices[0]).filter(slice => usable.has(slice)),
        rule,
        cost: members.reduce((cost, { sinceMs, amount }) => cost + Math.max(0, board.nowMs - sinceMs) * shareOf(amount, board.whole), 0),
        isScavenger: rule === 'scavenger-gives-way',
      })
    }
  }
  return found.sort((a, b) => Number(b.isScavenger) - Number(a.isScavenger) || a.cost - b.cost || compareIds(a.members[0].job, b.members[0].job))
}

/** What the unit would take at least. */
function claimOf(board: Board, line: Cursor['line'], tenant: TenantNode) {
  const { smallest } = board.placesFor(line, tenant)
  return smallest && sum(Array.from({ length: line.count }, () => amountOf(smallest)))
}

function ruleAgainst(board: Board, line: Cursor['line'], tenant: TenantNode, claim: ReturnType<typeof claimOf>, members: readonly PlanRunning[]): Rule | null {
  const [{ queue, tenant: victim }] = members
  if (board.queues.get(queue)?.priorityClass === 'scavenger')
    return 'scavenger-gives-way'
  // One of a higher class would be back before the one that it left for.
  if (classOf(board, queue) < classOf(board, line.queue))
    return null
  const other = board.tree.get(victim)
  const parted = other && whereTheyPart(tenant, other)
  if (!parted || claim === null || !withinGuarantee(parted.a, claim))
    return null
  const settledMs = Math.max(...members.map(({ sinceMs }) => sinceMs)) + minRunOf(board, queue)
  if (settledMs > board.nowMs) {
    lookAgain(board, settledMs)
    return null
  }
  return keepsGuarantee(parted.b, sum(members.map(({ amount }) => amount))) ? 'guarantee-reclaimed' : null
}

/** Place of a queue's class: the lower is served first. */
function classOf({ queues }: Board, queue: string): number {
  return priorityClasses.indexOf(queues.get(queue)?.priorityClass ?? 'normal')
}

/** Whether a tenant would still have its guarantee with those gone that were chosen before. */
function stillOver(board: Board, tenant: TenantNode, { members }: Victims, given: readonly PlanRunning[]): boolean {
  const other = board.tree.get(members[0].tenant)
  const parted = other && whereTheyPart(tenant, other)
  if (!parted)
    return false
  const same = given.filter(each => board.tree.get(each.tenant)?.line.includes(parted.b))
  return keepsGuarantee(parted.b, sum([...members, ...same].map(({ amount }) => amount)))
}

/** The dearest first, each whose slices are not needed stays. */
function withoutNeedless(chosen: readonly Victims[], missing: number): Victims[] {
  let spare = chosen.reduce((count, { slices }) => count + slices.length, 0) - missing
  const needed: Victims[] = []
  for (const victims of [...chosen].reverse()) {
    if (victims.slices.length <= spare)
      spare -= victims.slices.length
    else
      needed.unshift(victims)
  }
  return needed
}

/** A running job, or all of its gang that run. */
export function membersOf(board: Board, running: PlanRunning): readonly PlanRunning[] {
  return running.gang === null ? [running] : [...board.running.values()].filter(({ gang }) => gang === running.gang)
}
