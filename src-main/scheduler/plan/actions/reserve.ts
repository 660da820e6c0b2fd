import type { PlanSlice } from '../../../broker/planRequest'
import type { Board } from '../board'
import type { Cursor } from '../order'
import type { Opening, Places } from '../places'
import { partOf } from '../../../broker/planRequest'
import { lookAgain } from '../board'
import { compareOpenings } from '../places'

/**
 * Keeps slices for a unit that cannot start: those that are all free soonest. Nobody behind it gets one of them unless it
 * is surely done before. Where nothing says when others end, the free ones that a gang waits with are kept for it.
 */
export function reserve(board: Board, { line, tenant, next }: Cursor): void {
  const [job] = line.units[next].jobs
  const places = board.placesFor(line, tenant)
  if (places.reachable < line.count)
    return keepPools(board, line)
  const wanted = soonest(board, places, line.count)
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

/** The slices that are free soonest. Most are free when their holder ends; what this plan has decided changes that of a few. */
function soonest(board: Board, { served, devices }: Places, count: number): readonly Opening[] {
  const openings: Opening[] = []
  const add = (slice: PlanSlice, atMs: number) => {
    const open = served.has(slice.id) ? devices.get(slice.device) : undefined
    const opening = open && { slice, atMs: Math.max(atMs, open.fromMs) }
    if (opening)
      openings.push(opening)
    return opening
  }
  const changed = new Set([...board.free, ...board.coming, ...board.freeAgain.keys()])
  for (const id of changed) {
    const slice = board.kinds.byId.get(id)
    if (slice)
      add(slice, freeAt(board, slice))
  }
  let enough = 0
  for (const { slice, atMs } of board.ends()) {
    if (enough >= count)
      break
    // Later ones are free no sooner than this one's holder ends; one on a device that opens later than that may yet be passed.
    if (!changed.has(slice.id) && add(slice, atMs)?.atMs === atMs)
      enough += 1
  }
  return openings.sort(compareOpenings).slice(0, count)
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
