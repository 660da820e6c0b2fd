import type { WindowTime } from '../../src-main/contract/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weekdays } from '../../src-main/contract/model'
import { checkWindowTime, openings } from '../../src-main/scheduler/windowTimes'

const at = (text: string) => Date.parse(text)
const weekly = (days: readonly (typeof weekdays)[number][], from: string, to: string, zone: string): Extract<WindowTime, { kind: 'weekly' }> => ({ kind: 'weekly', days: [...days], from, to, zone })

describe('a window', () => {
  it('that is open once is over afterwards', () => {
    const once: WindowTime = { kind: 'once', fromMs: 1000, toMs: 2000 }
    expect(openings(once, 0, 3)).toEqual([{ fromMs: 1000, toMs: 2000 }])
    expect(openings(once, 1999, 3)).toHaveLength(1)
    expect(openings(once, 2000, 3)).toEqual([])
  })

  it('goes by the wall clock of its zone, summer and winter', () => {
    const class9to12 = weekly(['tue'], '09:00', '12:00', 'Europe/Berlin')
    expect(openings(class9to12, at('2026-03-23T00:00Z'), 2)).toEqual([
      { fromMs: at('2026-03-24T08:00Z'), toMs: at('2026-03-24T11:00Z') },
      { fromMs: at('2026-03-31T07:00Z'), toMs: at('2026-03-31T10:00Z') },
    ])
  })

  it('is longer or shorter over a night when the clock is set', () => {
    const night = weekly(['sat'], '22:00', '06:00', 'Europe/Berlin')
    const hours = (text: string) => openings(night, at(text), 1).map(({ fromMs, toMs }) => (toMs - fromMs) / 3_600_000)
    expect(hours('2026-03-28T12:00Z')).toEqual([7])
    expect(hours('2026-10-24T12:00Z')).toEqual([9])
    expect(hours('2026-11-07T12:00Z')).toEqual([8])
  })

  it('that begins in the hour left out begins when that is over, and in the hour that comes twice begins the first time', () => {
    expect(openings(weekly(['sun'], '02:30', '04:00', 'Europe/Berlin'), at('2026-03-29T00:00Z'), 1)).toEqual([{ fromMs: at('2026-03-29T01:00Z'), toMs: at('2026-03-29T02:00Z') }])
    expect(openings(weekly(['sun'], '02:30', '04:00', 'Europe/Berlin'), at('2026-10-25T00:00Z'), 1)).toEqual([{ fromMs: at('2026-10-25T00:30Z'), toMs: at('2026-10-25T03:00Z') }])
  })

  it('that is under way since yesterday evening is the first of its openings', () => {
    const night = weekly(['mon'], '22:00', '06:00', 'UTC')
    expect(openings(night, at('2026-03-03T05:00Z'), 1)).toEqual([{ fromMs: at('2026-03-02T22:00Z'), toMs: at('2026-03-03T06:00Z') }])
  })

  it('is refused where it never opens, is over already or names no zone', () => {
    expect(() => checkWindowTime({ kind: 'once', fromMs: 10, toMs: 10 }, 0)).toThrow('ends after it begins')
    expect(() => checkWindowTime({ kind: 'once', fromMs: 10, toMs: 20 }, 30)).toThrow('over already')
    expect(() => checkWindowTime(weekly(['mon'], '09:00', '09:00', 'UTC'), 0)).toThrow('never open')
    expect(() => checkWindowTime(weekly(['mon'], '09:00', '10:00', 'Europe/Nowhere'), 0)).toThrow('There is no time zone Europe/Nowhere')
  })

  it('is open exactly when a look at the wall clock, minute by minute, says so', () => {
    const two = (value: number) => String(value).padStart(2, '0')
    const clock = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.constantFrom(0, 15, 30, 45) }).map(({ hour, minute }) => `${two(hour)}:${two(minute)}`)
    // Away from the nights on which clocks are set, where a wall clock shows a time twice or not at all.
    const begin = fc.constantFrom('2026-01-12T00:00Z', '2026-05-11T00:00Z', '2026-07-06T13:00Z').map(at)
    fc.assert(fc.property(fc.subarray([...weekdays], { minLength: 1 }), clock, clock, fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'), begin, (days, from, to, zone, beginMs) => {
      fc.pre(from !== to)
      const window = weekly(days, from, to, zone)
      const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
      const isOpen = (ms: number): boolean => {
        const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
        const day = weekdays.findIndex(name => name === parts.get('weekday')?.toLowerCase())
        const time = `${parts.get('hour')}:${parts.get('minute')}`
        const on = (index: number) => days.includes(weekdays[(index + 7) % 7])
        return from < to ? on(day) && time >= from && time < to : (on(day) && time >= from) || (on(day - 1) && time < to)
      }
      const found = openings(window, beginMs, 8)
      for (let ms = beginMs; ms < beginMs + 7 * 86_400_000; ms += 45 * 60_000)
        expect(found.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)).toBe(isOpen(ms))
    }), { numRuns: 60 })
  })
})
