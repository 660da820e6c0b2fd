import type { PullStage } from './pull'
import { windowStage } from './pull'

/**
 * Reads something again and again while someone follows it and the window can be seen: one read at a time, shared by all
 * who follow. `read` must not reject.
 *
 * @param read takes the reading and keeps it
 * @param everyMs from the start of a read to that of the next
 */
export function createPoll(read: () => Promise<void>, everyMs: number, stage: PullStage = windowStage) {
  let followers = 0
  let isWaiting = false
  let nextMs = Number.NEGATIVE_INFINITY
  let unsubscribe = () => {}

  function schedule() {
    if (isWaiting || followers === 0 || stage.hidden())
      return
    isWaiting = true
    stage.after(Math.max(0, nextMs - stage.now()), () => void run())
  }

  async function run() {
    if (followers > 0 && !stage.hidden()) {
      nextMs = stage.now() + everyMs
      await read()
    }
    isWaiting = false
    schedule()
  }

  return {
    /** Follows it from now on; the answer ends that, once. */
    follow(): () => void {
      let isFollowing = true
      if (followers++ === 0)
        unsubscribe = stage.onShown(schedule)
      schedule()
      return () => {
        if (isFollowing && --followers === 0)
          unsubscribe()
        isFollowing = false
      }
    },
  }
}
