/** A stretch of time, and the width in pixels that it is drawn over. */
export interface TimeScale {
  readonly fromMs: number
  readonly toMs: number
  readonly width: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const shortestMs = 10_000
const longestMs = 60 * dayMs
const stepsMs = [1000, 5000, 15_000, 30_000, minuteMs, 5 * minuteMs, 15 * minuteMs, 30 * minuteMs, hourMs, 3 * hourMs, 6 * hourMs, 12 * hourMs, dayMs, 2 * dayMs, 7 * dayMs, 14 * dayMs]
const leastTickPx = 84

export function xOf({ fromMs, toMs, width }: TimeScale, atMs: number): number {
  return (atMs - fromMs) / (toMs - fromMs) * width
}

export function timeAt({ fromMs, toMs, width }: TimeScale, x: number): number {
  return fromMs + x / Math.max(1, width) * (toMs - fromMs)
}

/** Shows `factor` times as much time, with what is at `x` staying where it is. */
export function zoomed(scale: TimeScale, factor: number, x: number): TimeScale {
  const span = Math.max(shortestMs, Math.min(longestMs, (scale.toMs - scale.fromMs) * factor))
  const fromMs = timeAt(scale, x) - x / Math.max(1, scale.width) * span
  return { ...scale, fromMs, toMs: fromMs + span }
}

/** Shows what lies `px` pixels further on. */
export function panned(scale: TimeScale, px: number): TimeScale {
  const ms = timeAt(scale, px) - scale.fromMs
  return { ...scale, fromMs: scale.fromMs + ms, toMs: scale.toMs + ms }
}

export interface Tick {
  readonly x: number
  readonly words: string
  /** Begins a day. */
  readonly isDay: boolean
}

/** Marks at round times of the local clock, far enough apart to be read. */
export function ticksOf(scale: TimeScale): Tick[] {
  const perPx = (scale.toMs - scale.fromMs) / Math.max(1, scale.width)
  const stepMs = stepsMs.find(step => step / perPx >= leastTickPx) ?? stepsMs[stepsMs.length - 1]
  const shiftMs = -new Date(scale.fromMs).getTimezoneOffset() * minuteMs
  const ticks: Tick[] = []
  for (let local = Math.ceil((scale.fromMs + shiftMs) / stepMs) * stepMs; local - shiftMs <= scale.toMs; local += stepMs) {
    const isDay = local % dayMs === 0
    const date = new Date(local)
    const [day, month, time] = [date.getUTCDate(), date.toLocaleString('en', { month: 'short', timeZone: 'UTC' }), date.toISOString().slice(11, stepMs < minuteMs ? 19 : 16)]
    ticks.push({ x: xOf(scale, local - shiftMs), words: isDay ? `${day} ${month}` : time, isDay })
  }
  return ticks
}
