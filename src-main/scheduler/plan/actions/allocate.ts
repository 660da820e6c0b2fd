import type { PlanSlice } from '../../../broker/planRequest'
import type { Rule } from '../../../contract/model'
import type { Board } from '../board'
import type { Cursor } from '../order'
import type { Refused } from '../quota'
import { compareIds, partOf } from '../../../broker/planRequest'
import { amountOf, closed, delays, sum, take } from '../board'
import { refusedBy, refusedByLenders } from '../quota'
import { withinGuarantee } from '../tenantTree'

/** What stands in the way of a unit; null once it has started. */
export type Blocked
  = | { readonly by: 'quota', readonly refused: Refused }
    /** Too few slices that it could run on are free. */
    | { readonly by: 'slices', readonly found: number }

/** Starts the next unit of a line if it can start now: on free slices, or on a part of a shared device. */
export function allocate(board: Board, cursor: Cursor): Blocked | null {
  const { line, tenant } = cursor
  const unit = line.units[cursor.next]
  const { chosen, refused } = choose(board, cursor)
  if (chosen.length === line.count) {
    const amount = sum(chosen.map(amountOf))
    const lenders = refusedByLenders(board.tree.roots, tenant, amount, board.freeAmount)
    if (lenders)
      return { by: 'quota', refused: lenders }
    const rule = ruleFor(board, cursor, amount, chosen)
    chosen.forEach(slice => take(board, slice))
    board.tree.count(tenant.id, amount, line.count)
    board.decisions.push({ type: 'start', places: unit.jobs.map((job, place) => ({ job, slice: chosen[place].id })), rule })
    return null
  }
  const part = line.count === 1 ? partFor(board, cursor) : null
  if (part === null)
    return refused ? { by: 'quota', refused } : { by: 'slices', found: chosen.length }
  if (part.refused)
    return { by: 'quota', refused: part.refused }
  const pool = board.pools.get(part.device)
  if (pool)
    pool.freeMiB -= part.amount.memoryMiB
  board.freeAmount.compute -= part.amount.compute
  board.freeAmount.memoryMiB -= part.amount.memoryMiB
  const rule = ruleFor(board, cursor, part.amount, [])
  board.tree.count(tenant.id, part.amount, 1)
  board.decisions.push({ type: 'part', job: unit.jobs[0], device: part.device, profile: `${part.amount.memoryMiB}MiB`, rule })
  return null
}

/** Free slices for a unit, the best first; fewer than it wants where there are no more, with the quota that was in the way. */
function choose(board: Board, { line, tenant }: Cursor): { chosen: PlanSlice[], refused: Refused | null } {
  const chosen: PlanSlice[] = []
  let refused: Refused | null = null
  let tooLarge: PlanSlice | null = null
  for (const slice of board.placesFor(line, tenant).free) {
    const isTooLarge = tooLarge !== null && slice.memoryMiB >= tooLarge.memoryMiB && slice.computeShare >= tooLarge.computeShare
    if (isTooLarge || !board.free.has(slice.id) || delays(board, slice.id, line.leftMs))
      continue
    const over = refusedBy(tenant, sum([...chosen, slice].map(amountOf)), chosen.length + 1)
    if (over) {
      refused ??= over
      tooLarge = slice
      continue
    }
    chosen.push(slice)
    if (chosen.length === line.count)
      return { chosen, refused: null }
  }
  return { chosen, refused }
}

/** The shared device with least left beside the part; null where none has room. */
function partFor(board: Board, { line, tenant }: Cursor) {
  const fitting = [...board.pools.values()].flatMap(({ pool, freeMiB }) => {
    const memoryMiB = partOf(line, pool)
    const fits = memoryMiB !== null && memoryMiB >= Math.max(1, line.leastMiB ?? 0) && memoryMiB <= freeMiB
    return fits && !delays(board, pool.device, line.leftMs) && !closed(board, pool.device, line, tenant) ? [{ pool, memoryMiB, left: freeMiB - memoryMiB }] : []
  }).sort((a, b) => a.left - b.left || compareIds(a.pool.device, b.pool.device))
  const [best] = fitting
  if (!best)
    return null
  const amount = { compute: best.memoryMiB / best.pool.memoryMiB, memoryMiB: best.memoryMiB }
  return { device: best.pool.device, amount, refused: refusedBy(tenant, amount, 1) ?? refusedByLenders(board.tree.roots, tenant, amount, board.freeAmount) }
}

function ruleFor(board: Board, { line, tenant, next }: Cursor, amount: { compute: number, memoryMiB: number }, chosen: readonly PlanSlice[]): Rule {
  if (chosen.some(({ id }) => board.kept.has(id)))
    return 'backfill'
  if (board.queues.get(line.queue)?.priorityClass === 'scavenger')
    return 'idle-capacity'
  if (tenant.line.some(node => withinGuarantee(node, amount)))
    return 'within-guarantee'
  return board.snapshot.lines.every(other => other.tenant === line.tenant) && next >= 0 ? 'only-demand' : 'fair-share'
}
