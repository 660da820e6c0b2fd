import type { PlanSlice } from '../../../broker/planRequest'
import type { Rule } from '../../../contract/model'
import type { Board } from '../board'
import type { PlanRunning } from '../snapshot'
import { minRunOf, take } from '../board'

/** The best of some free slices that a running job could be moved to; null if none serves it. */
export function moveTarget(board: Board, { request, leastMiB, tenant, endsByMs, queue }: PlanRunning, spare: ReadonlySet<string>): PlanSlice | null {
  const node = board.tree.get(tenant)
  if (!node || spare.size === 0)
    return null
  const leftMs = endsByMs === null ? null : endsByMs - board.nowMs
  return board.kinds.best(spare, request, leastMiB, ({ device }) => board.doorway.refuses(device, node, leftMs, minRunOf(board, queue)) === null)
}

/** Decides the move; the slice that the job leaves comes free. */
export function moveTo(board: Board, running: PlanRunning, target: PlanSlice, by: string | null, rule: Rule): void {
  take(board, target)
  board.coming.add(running.slices[0])
  board.decisions.push({ type: 'move', job: running.job, slice: target.id, for: by, rule })
}
