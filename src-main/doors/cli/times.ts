import { InvalidArgumentError } from 'commander'
import { durationMs } from './quantities'

/**
 * A moment, as typed: `now`, `+2h` from now, `14:30` today (or tomorrow, if that has passed), `2026-03-01T09:00`, or a day's begin.
 * Without a zone it is this host's time. In ms since 1970.
 */
export function moment(value: string, nowMs: number = Date.now()): number {
  const typed = value.trim()
  if (typed === 'now')
    return nowMs
  if (typed.startsWith('+'))
    return nowMs + durationMs(typed.slice(1))
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(typed) ?? []
  if (hours !== undefined) {
    const today = new Date(nowMs)
    today.setHours(Number(hours), Number(minutes), 0, 0)
    if (today.getTime() <= nowMs)
      today.setDate(today.getDate() + 1)
    return today.getTime()
  }
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(typed)
  // A date alone would be read as one in UTC.
  const parsed = /^\d{4}-\d{2}-\d{2}/.test(typed) ? Date.parse(isDate ? `${typed}T00:00` : typed) : Number.NaN
  if (Number.isNaN(parsed))
    throw new InvalidArgumentError('It is a time: now, +2h, 14:30 or 2026-03-01T09:00.')
  return parsed
}

/** A moment for a person: the time alone if it is today. */
export function momentText(ms: number, nowMs: number = Date.now()): string {
  const at = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return at.toDateString() === new Date(nowMs).toDateString() ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`
}
