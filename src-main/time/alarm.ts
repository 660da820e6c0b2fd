import type { LabClock } from './labClock'

/** Longest time that a timer of Node waits. */
const longestTimerMs = 2 ** 31 - 1

export type Alarm = ReturnType<typeof createAlarm>

/** Rings at a time of the lab's clock, also where that clock is set forward or back meanwhile. */
export function createAlarm(clock: LabClock) {
  const listeners: (() => void)[] = []
  let atMs: number | null = null
  let timer: NodeJS.Timeout | undefined

  function arm(): void {
    clearTimeout(timer)
    if (atMs === null)
      return
    timer = setTimeout(look, Math.min(longestTimerMs, Math.max(1, atMs - clock.nowMs())))
    timer.unref()
  }

  function look(): void {
    if (atMs === null)
      return
    if (clock.nowMs() < atMs)
      return arm()
    atMs = null
    listeners.forEach(listener => listener())
  }

  clock.onJump(look)

  return {
    /** In place of the time before; null for not at all. */
    set(time: number | null): void {
      atMs = time
      arm()
    },
    onRing: (listener: () => void): void => void listeners.push(listener),
  }
}
