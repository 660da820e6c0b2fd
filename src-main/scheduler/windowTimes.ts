import type { WindowTime } from '../contract/model'
import { TrancheError } from '../contract/errors'
import { weekdays } from '../contract/model'

const dayMs = 24 * 3_600_000
const weekDays = 7

export interface Opening {
  readonly fromMs: number
  readonly toMs: number
}

type Weekly = Extract<WindowTime, { kind: 'weekly' }>

/** Refuses times that never come, and zones that nobody knows. Throws `invalid_input`. */
export function checkWindowTime(time: WindowTime, nowMs: number): void {
  if (time.kind === 'once') {
    if (time.toMs <= time.fromMs)
      throw new TrancheError('invalid_input', 'A window ends after it begins: give a later end.')
    if (time.toMs <= nowMs)
      throw new TrancheError('invalid_input', 'The window is over already: give times to come.')
    return
  }
  if (time.from === time.to)
    throw new TrancheError('invalid_input', `A window from ${time.from} to ${time.to} is never open. For whole days write 00:00 to 23:59.`)
  try {
    wallClock(time.zone)
  }
  catch {
    throw new TrancheError('invalid_input', `There is no time zone ${time.zone}. Zones are named like Europe/Paris or UTC.`)
  }
}

/**
 * The next openings of a window from a time on, one that is under way included. Weekly ones go by the clock on the wall of
 * their zone: one that begins at a time which daylight saving leaves out begins when the gap ends, and one that comes twice
 * begins the first time.
 */
export function openings(time: WindowTime, nowMs: number, count: number): Opening[] {
  if (time.kind === 'once')
    return time.toMs > nowMs ? [{ fromMs: time.fromMs, toMs: time.toMs }] : []
  const found: Opening[] = []
  const { date } = wallClock(time.zone)
  // One that ends after midnight began the day before.
  for (let day = -1; day <= weekDays * count + 1 && found.length < count; day++) {
    const [year, month, dayOfMonth] = date(nowMs)
    const at = new Date(Date.UTC(year, month - 1, dayOfMonth + day))
    const opening = openingOn(time, at)
    if (opening && opening.toMs > nowMs && opening.toMs > opening.fromMs)
      found.push(opening)
  }
  return found
}

/** The opening that begins on a date, which is given as UTC's midnight of it; null if none does. */
function openingOn({ days, from, to, zone }: Weekly, date: Date): Opening | null {
  const name = weekdays[(date.getUTCDay() + 6) % 7]
  if (!days.includes(name))
    return null
  const overMidnight = to <= from
  return { fromMs: instant(date, from, zone), toMs: instant(overMidnight ? new Date(date.getTime() + dayMs) : date, to, zone) }
}

/** When a wall clock of a zone first shows a time of day on a date, or has passed it where it never does. */
function instant(date: Date, time: string, zone: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  const wanted = date.getTime() + (hours * 60 + minutes) * 60_000
  const { shown } = wallClock(zone)
  // The zone's offsets around that time; of two that fit, the earlier instant.
  const offsets = [...new Set([-dayMs, 0, dayMs].map(shift => shown(wanted + shift) - (wanted + shift)))]
  const fitting = offsets.map(offset => wanted - offset).filter(ms => shown(ms) === wanted)
  if (fitting.length > 0)
    return Math.min(...fitting)
  // Left out: the first instant after the gap, found by halving between one side and the other.
  let low = wanted - Math.max(...offsets)
  let high = wanted - Math.min(...offsets)
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2)
    if (shown(middle) >= wanted)
      high = middle
    else
      low = middle
  }
  return Math.round(high / 60_000) * 60_000
}

const clocks = new Map<string, ReturnType<typeof makeClock>>()

function wallClock(zone: string) {
  const known = clocks.get(zone) ?? makeClock(zone)
  clocks.set(zone, known)
  return known
}

function makeClock(zone: string) {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-hc-h23', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
  const fields = (ms: number) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const field = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
    return { year: field('year'), month: field('month'), day: field('day'), hour: field('hour'), minute: field('minute'), second: field('second') }
  }
  return {
    /** Year, month (1 to 12) and day that a wall clock of the zone shows. */
    date(ms: number): [number, number, number] {
      const { year, month, day } = fields(ms)
      return [year, month, day]
    },
    /** What it shows, as if that were UTC. */
    shown(ms: number): number {
      const { year, month, day, hour, minute, second } = fields(ms)
      return Date.UTC(year, month - 1, day, hour, minute, second)
    },
  }
}
