import type { WindowTime } from '@contract/model'
import { moment } from '../format'

export const dayWords = { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' } as const

/** `Tue, Thu 09:00 to 12:00 (Europe/Paris)` */
export function windowTimeWords(time: WindowTime, nowMs: number): string {
  if (time.kind === 'once')
    return `${moment(time.fromMs, nowMs)} to ${moment(time.toMs, nowMs)}`
  return `${time.days.map(day => dayWords[day]).join(', ')} ${time.from} to ${time.to}${time.to <= time.from ? ' of the next day' : ''} (${time.zone})`
}
