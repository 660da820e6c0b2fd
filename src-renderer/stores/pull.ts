const shortestGapMs = 100
/** A long list takes long to read: the pause after it grows along, so that the window stays free to answer. */
const gapPerReadMs = 4

/** Where a pull learns the time and whether anyone can see the window. */
export interface PullStage {
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => void
  readonly hidden: () => boolean
  /** Calls back each time the window comes into view. */
  readonly onShown: (run: () => void) => () => void
}

export interface Pull {
  /** Asks for a read; many requests become one. */
  readonly request: () => void
  readonly stop: () => void
}

export const windowStage: PullStage = {
  now: () => performance.now(),
  after: (ms, run) => void setTimeout(run, ms),
  hidden: () => document.hidden,
  onShown(run) {
    const listener = () => !document.hidden && run()
    document.addEventListener('visibilitychange', listener)
    return () => document.removeEventListener('visibilitychange', listener)
  },
}

/**
 * Coalesces requests to read something again: at most ten reads a second, one at a time, none while the window
 * is hidden. A request during a read leads to one more read, so the last change is always seen.
 * `read` must not reject.
 */
export function createPull(read: () => Promise<void>, stage: PullStage = windowStage): Pull {
  let wanted = false
  let busy = false
  let stopped = false
  let nextStart = Number.NEGATIVE_INFINITY

  function schedule() {
    if (!wanted || busy || stopped || stage.hidden())
      return
    busy = true
    stage.after(Math.max(0, nextStart - stage.now()), () => void run())
  }

  async function run() {
    if (!stopped && !stage.hidden()) {
      wanted = false
      const start = stage.now()
      await read()
      nextStart = start + Math.max(shortestGapMs, gapPerReadMs * (stage.now() - start))
    }
    busy = false
    schedule()
  }

  const unsubscribe = stage.onShown(schedule)
  return {
    request() {
      wanted = true
      schedule()
    },
    stop() {
      stopped = true
      unsubscribe()
    },
  }
}
