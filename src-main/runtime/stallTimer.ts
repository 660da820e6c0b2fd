/** Longest time without a sign of progress where a job does not say. */
export const defaultTimeLimitMs = 10 * 60_000

/** Calls `onStall` once nothing was heard for the limit. Not running until `restart`. */
export function createStallTimer(onStall: (limitMs: number) => void) {
  let timer: NodeJS.Timeout | undefined
  let limitMs = defaultTimeLimitMs
  const clear = () => clearTimeout(timer)
  return {
    /** From now on, and with this limit. */
    start(newLimitMs: number | null): void {
      limitMs = newLimitMs ?? defaultTimeLimitMs
      this.restart()
    },
    /** A sign of progress. */
    restart(): void {
      clear()
      timer = setTimeout(onStall, limitMs, limitMs).unref()
    },
    clear,
  }
}
