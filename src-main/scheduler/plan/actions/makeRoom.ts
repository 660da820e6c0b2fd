import type { PlanSlice } from '../../../broker/planRequest'
import type { Board } from '../board'
import type { Cursor } from '../order'
import type { PlanRunning } from '../snapshot'
import { amountOf, delays, sum } from '../board'
import { refusedBy } from '../quota'
import { moveTarget, moveTo } from './move'
import { evict, mayEvict, victimsFor } from './preempt'

/**
 * Makes room for a unit that too few slices are free for: by moving jobs that would do as well elsewhere, and only for what
 * that leaves missing by evicting. All that it needs, or nothing. Slices that others leave already count as its own.
 */
export function makeRoom(board: Board, cursor: Cursor): void {
  const { line, tenant, next } = cursor
  const { moving, preemption } = board.snapshot.settings
  const isScavenger = board.queues.get(line.queue)?.priorityClass === 'scavenger'
  if (isScavenger || (!moving && !preemption))
    return
  const [job] = line.units[next].jobs
  const open = board.placesFor(line, tenant)
  const isReady = (id: string) => open.ids.has(id) && !delays(board, id, line.leftMs)
  const missing = line.count - [...board.free, ...board.coming].filter(isReady).length
  if (missing <= 0 || refusedBy(tenant, sum(open.bySize.slice(0, line.count).map(amountOf)), line.count))
    return
  const spare = new Set(moving ? [...board.free].filter(id => !isReady(id) && !board.kept.has(id)) : [])
  const evicts = preemption && mayEvict(board, cursor)
  if (spare.size === 0 && !evicts)
    return
  const held = open.slices.filter(({ id }) => !board.free.has(id) && !board.coming.has(id) && !delays(board, id, line.leftMs))
  if (held.length < missing)
    return
  const some = movesFor(board, held, spare, missing)
  const rest = missing - some.length
  const left = new Set(held.filter(({ id }) => some.every(({ running }) => running.slices[0] !== id)).map(({ id }) => id))
  const victims = rest === 0 ? [] : evicts ? victimsFor(board, cursor, rest, left) : null
  if (victims === null)
    return
  some.forEach(({ running, target }) => moveTo(board, running, target, job, 'makes-room'))
  victims.forEach(({ members, rule }) => members.forEach(member => evict(board, member, job, rule)))
}

interface Aside { readonly running: PlanRunning, readonly target: PlanSlice }

/** So many jobs at most on slices that the unit could use, each with a slice of its own to go to: one of the spare ones, which the unit could not use. */
function movesFor(board: Board, held: readonly PlanSlice[], spare: Set<string>, most: number): Aside[] {
  const found: Aside[] = []
  for (const slice of held) {
    if (found.length >= most || spare.size === 0)
      break
    const running = slice.holder === null ? undefined : board.running.get(slice.holder)
    if (!running || running.leaving || !running.movable || running.slices[0] !== slice.id)
      continue
    const target = moveTarget(board, running, spare)
    if (!target)
      continue
    spare.delete(target.id)
    found.push({ running, target })
  }
  return found
}
