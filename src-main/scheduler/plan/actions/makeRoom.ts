import type { PlanSlice } from '../../../broker/planRequest'
import type { Board } from '../board'
import type { Cursor } from '../order'
import type { PlanRunning } from '../snapshot'
import { amountOf, closed, delays, sum } from '../board'
import { refusedBy } from '../quota'
import { moveTarget, moveTo } from './move'
import { evict, victimsFor } from './preempt'

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
  const open = board.kinds.serving(line, line.leastMiB).filter(({ sample }) => !closed(board, sample.device, line, tenant)).flatMap(({ slices }) => slices)
  const usable = new Map(open.filter(({ id }) => !delays(board, id, line.leftMs)).map(slice => [slice.id, slice]))
  const ready = [...usable.keys()].filter(id => board.free.has(id) || board.coming.has(id)).length
  const missing = line.count - ready
  if (missing <= 0)
    return
  const held = [...usable.values()].filter(({ id }) => !board.free.has(id) && !board.coming.has(id))
  if (held.length < missing || refusedBy(tenant, sum(smallest(open, line.count).map(amountOf)), line.count))
    return
  const some = moving ? movesFor(board, held, usable, missing) : []
  const rest = missing - some.length
  const left = new Set(held.filter(({ id }) => some.every(({ running }) => running.slices[0] !== id)).map(({ id }) => id))
  const victims = rest === 0 ? [] : preemption ? victimsFor(board, cursor, rest, left) : null
  if (victims === null)
    return
  some.forEach(({ running, target }) => moveTo(board, running, target, job, 'makes-room'))
  victims.forEach(({ members, rule }) => members.forEach(member => evict(board, member, job, rule)))
}

interface Aside { readonly running: PlanRunning, readonly target: PlanSlice }

/** So many jobs at most on slices that the unit could use, each with a free slice of its own to go to that the unit could not use. */
function movesFor(board: Board, held: readonly PlanSlice[], usable: ReadonlyMap<string, PlanSlice>, most: number): Aside[] {
  const spare = new Set([...board.free].filter(id => !usable.has(id) && !board.kept.has(id)))
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

function smallest(slices: readonly PlanSlice[], count: number): PlanSlice[] {
  return [...slices].sort((a, b) => a.memoryMiB - b.memoryMiB || a.computeShare - b.computeShare).slice(0, count)
}
