import type { Board } from '../board'
import { lookAgain } from '../board'

/** Ends jobs whose deadline has passed, waiting or running, and those that ran for as long as they may. Returns which. */
export function expire(board: Board): ReadonlySet<string> {
  const { snapshot, nowMs } = board
  const ended = new Set<string>()
  for (const { job, atMs } of snapshot.deadlines) {
    if (atMs <= nowMs) {
      ended.add(job)
      board.decisions.push({ type: 'expire', job, rule: 'deadline' })
    }
    lookAgain(board, atMs)
  }
  for (const { job, endsByMs, endsBy } of board.running.values()) {
    if (endsByMs !== null && endsByMs <= nowMs) {
      ended.add(job)
      board.decisions.push({ type: 'expire', job, rule: endsBy })
    }
    lookAgain(board, endsByMs)
  }
  return ended
}
