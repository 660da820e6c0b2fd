/** Differences of the wall clock and the monotonic one beyond this are a jump; smaller ones are the clock being trimmed. */
const jumpMs = 1000

export interface ClockSources {
  /** Ms since 1970, as the system says it. */
  readonly wallMs: () => number
  /** Ms since some time, which never jumps and stands still while the host sleeps. */
  readonly monotonicMs: () => number
}

export type LabClock = ReturnType<typeof createLabClock>

/**
 * The lab's time: the wall's, but never going back by itself. When the wall jumps against the monotonic clock (someone set it,
 * or the host slept) listeners hear by how much, once, before anybody reads the new time.
 */
export function createLabClock({ wallMs, monotonicMs }: ClockSources) {
  const listeners: ((byMs: number) => void)[] = []
  let offsetMs = wallMs() - monotonicMs()
  let lastMs = wallMs()

  function check(): void {
    const now = wallMs() - monotonicMs()
    const byMs = now - offsetMs
    if (Math.abs(byMs) < jumpMs) {
      // Trimmed a little at a time: followed without a word.
      offsetMs = now
      return
    }
    offsetMs = now
    lastMs = wallMs()
    listeners.forEach(listener => listener(Math.round(byMs)))
  }

  return {
    nowMs(): number {
      check()
      lastMs = Math.max(lastMs, Math.round(wallMs()))
      return lastMs
    },
    /** Looks whether the clock has jumped; called now and then, for the time when nobody asks. */
    check,
    onJump: (listener: (byMs: number) => void): void => void listeners.push(listener),
  }
}

/** The clock of this host. */
export function hostClock(): LabClock {
  return createLabClock({ wallMs: () => Date.now(), monotonicMs: () => performance.now() })
}
