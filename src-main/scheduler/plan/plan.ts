import type { Board } from './board'
import type { Cursor } from './order'
import type { Line, Plan, Snapshot } from './snapshot'
import { priorityClasses } from '../../contract/model'
import { allocate } from './actions/allocate'
import { expire } from './actions/expire'
import { leave } from './actions/leave'
import { makeRoom } from './actions/makeRoom'
import { reserve } from './actions/reserve'
import { createBoard } from './board'
import { createOrder } from './order'
import { waitOf } from './waits'

/** Lines that cannot start which one plan looks at: with so many that block, those behind them wait in any case. */
const mostBlocked = 2000

/**
 * What happens next: who starts where, who has to leave or is moved for whom, what is kept for whom. Pure: the same
 * snapshot gives the same plan, in whatever order its parts are listed.
 */
export function plan(snapshot: Snapshot, nowMs: number): Plan {
  const board = createBoard(snapshot, nowMs)
  const ended = expire(board)
  leave(board, ended)
  let blocked = 0
  for (const lines of byClass(board, ended)) {
    const order = createOrder(board.tree, lines, board.whole)
    for (let cursor = order.next(); cursor !== null && blocked < mostBlocked; cursor = order.next()) {
      const refusal = allocate(board, cursor)
      if (refusal === null) {
        order.advance(cursor)
        continue
      }
      blocked += 1
      board.waits.set(cursor.line.id, waitOf(board, cursor, refusal))
      if (refusal.by === 'slices')
        makeRoomAndKeep(board, cursor)
      order.remove(cursor)
    }
  }
  return { decisions: board.decisions, reservations: board.reservations, waits: board.waits, nextMs: board.nextMs }
}

function makeRoomAndKeep(board: Board, cursor: Cursor): void {
  if (board.reservations.length >= board.snapshot.settings.reservations)
    return
  makeRoom(board, cursor)
  reserve(board, cursor)
}

/** The lines of each class, in the order in which classes are served. */
function byClass({ queues, snapshot }: Board, ended: ReadonlySet<string>): Line[][] {
  return priorityClasses.map(priorityClass => snapshot.lines
    .filter(({ queue }) => queues.get(queue)?.priorityClass === priorityClass)
    .flatMap(line => ended.size === 0 || line.units[0].deadlineMs === null ? [line] : without(line, ended)))
}

function without(line: Line, ended: ReadonlySet<string>): Line[] {
  const units = line.units.filter(({ jobs }) => !jobs.some(job => ended.has(job)))
  return units.length > 0 ? [{ ...line, units }] : []
}
