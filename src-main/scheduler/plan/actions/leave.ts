import type { Board } from '../board'
import type { PlanRunning } from '../snapshot'
import { lookAgain } from '../board'
import { moveTarget, moveTo } from './move'
import { evict, membersOf } from './preempt'

/**
 * What runs on a device that is being emptied, or that a window keeps for others from now on, has to leave: to a free slice
 * that serves it, else back to its queue. A gang leaves whole.
 */
export function leave(board: Board, ended: ReadonlySet<string>): void {
  for (const { fromMs, toMs } of board.snapshot.windows) {
    lookAgain(board, fromMs)
    lookAgain(board, toMs)
  }
  const gone = new Set<string>()
  for (const running of board.running.values()) {
    const rule = mustLeave(board, running)
    if (rule === null || running.leaving || ended.has(running.job) || gone.has(running.job))
      continue
    const target = board.snapshot.settings.moving && running.gang === null ? moveTarget(board, running, new Set([...board.free].filter(id => !board.kept.has(id)))) : null
    if (target) {
      moveTo(board, running, target, null, rule)
      continue
    }
    for (const member of membersOf(board, running)) {
      gone.add(member.job)
      evict(board, member, null, rule)
    }
  }
}

function mustLeave(board: Board, { tenant, slices }: PlanRunning) {
  const node = board.tree.get(tenant)
  const device = deviceOf(board, slices[0])
  return node && device !== null ? board.doorway.evicts(device, node) : null
}

/** Of a part of a shared device it is the device itself that is known. */
function deviceOf(board: Board, slice: string | undefined): string | null {
  return slice === undefined ? null : board.kinds.byId.get(slice)?.device ?? null
}
