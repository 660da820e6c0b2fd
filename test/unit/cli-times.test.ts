import process from 'node:process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { moment, momentText } from '../../src-main/doors/cli/times'

const zone = process.env.TZ

beforeEach(() => {
  process.env.TZ = 'Europe/Paris'
})

afterEach(() => {
  if (zone === undefined)
    delete process.env.TZ
  else
    process.env.TZ = zone
})

const noon = Date.parse('2026-03-01T12:00+01:00')

it('a time after a plus counts from now', () => {
  expect(moment('+2h', noon)).toBe(noon + 7_200_000)
  expect(moment('now', noon)).toBe(noon)
})

it('a time of day is the next one, today or tomorrow', () => {
  expect(moment('14:30', noon)).toBe(Date.parse('2026-03-01T14:30+01:00'))
  expect(moment('9:05', noon)).toBe(Date.parse('2026-03-02T09:05+01:00'))
  expect(moment('12:00', noon)).toBe(Date.parse('2026-03-02T12:00+01:00'))
})

it('tomorrow keeps its time of day over a change of the clocks', () => {
  const eve = Date.parse('2026-03-28T12:00+01:00')
  expect(moment('09:00', eve)).toBe(Date.parse('2026-03-29T09:00+02:00'))
})

it('a date is read in this host\'s zone, with or without a time', () => {
  expect(moment('2026-03-01T09:00', noon)).toBe(Date.parse('2026-03-01T09:00+01:00'))
  expect(moment('2026-07-01', noon)).toBe(Date.parse('2026-07-01T00:00+02:00'))
  expect(moment('2026-03-01T09:00Z', noon)).toBe(Date.parse('2026-03-01T09:00Z'))
})

it.each(['', 'soon', '25:00', '9:60', '+', '+2', '2026-13-01', '2026-03-01 or so', '03/01/2026'])('%j is refused, with examples', (typed) => {
  expect(() => moment(typed, noon)).toThrow(/2h/)
})

it('a moment of today is told by its time alone', () => {
  expect(momentText(noon, noon + 60_000)).toBe('12:00:00')
  expect(momentText(noon, noon + 86_400_000)).toBe('2026-03-01 12:00:00')
})
