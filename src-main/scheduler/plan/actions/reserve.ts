import type { PlanSlice } from '../../../broker/planRequest'
import type { Board } from '../board'
import type { Cursor } from '../order'
import { compareIds, partOf } from '../../../broker/planRequest'
import { closed, lookAgain } from '../board'

/**
 * Keeps slices for a unit that cannot start: those that are all free soonest. Nobody behind it gets one of them unless it
 * is surely done before. Where nothing says when others end, the free ones that a gang waits with are kept for it.
 */
export function reserve(board: Board, { line, tenant, next }: Cursor): void {
  const [job] = line.units[next].jobs
  const times = board.kinds.serving(line, line.leastMiB).flatMap(({ sample, slices }) => {
    const shut = closed(board, sample.device, line, tenant)
    if (shut && shut.untilMs === null)
      return []
    return slices.map(slice => ({ slice, atMs: Math.max(freeAt(board, slice), shut?.untilMs ?? 0) }))
  })
  if (times.length < line.count)
    return keepPools(board, line)
  const wanted = soonest(times, line.count)
  const fromMs = wanted[wanted.length - 1].atMs
  if (!Number.isFinite(fromMs)) {
    const held = wanted.filter(({ atMs }) => Number.isFinite(atMs))
    keep(board, held.map(({ slice }) => slice), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
    board.reservations.push({ job, slices: held.map(({ slice }) => slice.id), fromMs: null })
    return keepPools(board, line)
  }
  keep(board, wanted.map(({ slice }) => slice), fromMs, line.leftMs === null ? Number.POSITIVE_INFINITY : fromMs + line.leftMs)
  board.reservations.push({ job, slices: wanted.map(({ slice }) => slice.id), fromMs })
  lookAgain(board, fromMs)
  keepPools(board, line)
}

interface FreeAt { readonly slice: PlanSlice, readonly atMs: number }

function soonest(times: readonly FreeAt[], count: number): readonly FreeAt[] {
  const compare = (a: FreeAt, b: FreeAt) => a.atMs - b.atMs || compareIds(a.slice.id, b.slice.id)
  return count === 1 ? [times.reduce((best, each) => compare(each, best) < 0 ? each : best)] : [...times].sort(compare).slice(0, count)
}

/** A shared device with room for others, too small a room for this one, stays as it is until this one is in. */
function keepPools(board: Board, line: Cursor['line']): void {
  for (const { pool } of board.pools.values()) {
    if (line.count === 1 && (partOf(line, pool) ?? 0) >= Math.max(1, line.leastMiB ?? 0) && partOf(line, pool) !== null && !board.kept.has(pool.device))
      board.kept.set(pool.device, Number.NEGATIVE_INFINITY)
  }
}

function keep(board: Board, slices: readonly PlanSlice[], fromMs: number, againMs: number): void {
  for (const { id } of slices) {
    board.kept.set(id, Math.min(board.kept.get(id) ?? Number.POSITIVE_INFINITY, fromMs))
    board.freeAgain.set(id, againMs)
    board.coming.delete(id)
  }
}

/** When a slice is surely free for who comes next: now, when its holder has to end, or after whom it is kept for. */
export function freeAt(board: Board, slice: PlanSlice): number {
  const again = board.freeAgain.get(slice.id)
  if (again !== undefined)
    return again
  if (board.free.has(slice.id) || board.coming.has(slice.id))
    return board.nowMs
  const holder = slice.holder === null ? undefined : board.running.get(slice.holder)
  return holder?.endsByMs ?? Number.POSITIVE_INFINITY
}
