import type { PlanSlice } from '../../../broker/planRequest'
import type { Rule } from '../../../contract/model'
import type { Board } from '../board'
import type { PlanRunning } from '../snapshot'
import { take } from '../board'

/** A free slice that a running job could be moved to, and that nobody waits for; null if there is none. */
export function moveTarget(board: Board, { request, leastMiB, tenant, endsByMs, queue }: PlanRunning, accepts: (slice: PlanSlice) => boolean): PlanSlice | null {
  const node = board.tree.get(tenant)
  const leftMs = endsByMs === null ? null : endsByMs - board.nowMs
  for (const { sample, slices } of board.kinds.serving(request, leastMiB)) {
    if (!node || board.doorway.refuses(sample.device, node, leftMs, board.queues.get(queue)?.minRunMs ?? 0))
      continue
    const found = slices.find(slice => board.free.has(slice.id) && !board.kept.has(slice.id) && accepts(slice))
    if (found)
      return found
  }
  return null
}

/** Decides the move; the slice that the job leaves comes free. */
export function moveTo(board: Board, running: PlanRunning, target: PlanSlice, by: string | null, rule: Rule): void {
  take(board, target)
  board.coming.add(running.slices[0])
  board.decisions.push({ type: 'move', job: running.job, slice: target.id, for: by, rule })
}
