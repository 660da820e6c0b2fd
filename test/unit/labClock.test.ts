import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAlarm } from '../../src-main/time/alarm'
import { createLabClock } from '../../src-main/time/labClock'

const host = { wall: 1_000_000, monotonic: 0 }
const jumps: number[] = []

function clockOf() {
  Object.assign(host, { wall: 1_000_000, monotonic: 0 })
  jumps.length = 0
  const clock = createLabClock({ wallMs: () => host.wall, monotonicMs: () => host.monotonic })
  clock.onJump(byMs => jumps.push(byMs))
  return clock
}

/** Time passes, and the wall is set by so much beside it. */
function pass(ms: number, setBy = 0): void {
  host.monotonic += ms
  host.wall += ms + setBy
}

describe('the lab\'s clock', () => {
  it('follows the wall and tells of no jump while it only passes, or is trimmed a little', () => {
    const clock = clockOf()
    pass(5000)
    expect(clock.nowMs()).toBe(1_005_000)
    pass(5000, 200)
    expect(clock.nowMs()).toBe(1_010_200)
    expect(jumps).toEqual([])
  })

  it('never goes back for being trimmed', () => {
    const clock = clockOf()
    pass(1000)
    const before = clock.nowMs()
    pass(10, -400)
    expect(clock.nowMs()).toBe(before)
    pass(1000)
    expect(clock.nowMs()).toBeGreaterThan(before)
    expect(jumps).toEqual([])
  })

  it('tells once by how much it was set, forwards and back, before anybody reads the new time', () => {
    const clock = clockOf()
    pass(1000, 86_400_000)
    expect(clock.nowMs()).toBe(1_001_000 + 86_400_000)
    pass(1000, -3_600_000)
    expect(clock.nowMs()).toBe(1_002_000 + 82_800_000)
    clock.nowMs()
    expect(jumps).toEqual([86_400_000, -3_600_000])
  })

  it('takes the sleep of the host for a jump, as its monotonic clock stands still meanwhile', () => {
    const clock = clockOf()
    host.wall += 7_200_000
    clock.check()
    expect(jumps).toEqual([7_200_000])
  })
})

describe('an alarm', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function alarmOf() {
    const clock = clockOf()
    const alarm = createAlarm(clock)
    const rung: number[] = []
    alarm.onRing(() => rung.push(clock.nowMs()))
    return { clock, alarm, rung }
  }

  function wait(ms: number): void {
    pass(ms)
    vi.advanceTimersByTime(ms)
  }

  it('rings at its time, once, and not before', () => {
    const { alarm, rung } = alarmOf()
    alarm.set(1_060_000)
    wait(59_000)
    expect(rung).toEqual([])
    wait(2000)
    wait(100_000)
    expect(rung).toEqual([1_061_000])
  })

  it('rings at once when the clock is set past its time, and later when it is set back', () => {
    const { clock, alarm, rung } = alarmOf()
    alarm.set(1_060_000)
    pass(0, 3_600_000)
    clock.check()
    expect(rung).toHaveLength(1)
    alarm.set(clock.nowMs() + 10_000)
    pass(0, -3_600_000)
    clock.check()
    wait(11_000)
    expect(rung).toHaveLength(1)
    wait(3_600_000)
    expect(rung).toHaveLength(2)
  })

  it('copes with times that no timer reaches', () => {
    const { alarm, rung } = alarmOf()
    alarm.set(1_000_000 + 60 * 86_400_000)
    wait(30 * 86_400_000)
    expect(rung).toEqual([])
    wait(31 * 86_400_000)
    expect(rung).toHaveLength(1)
  })

  it('is silent once it is taken back', () => {
    const { alarm, rung } = alarmOf()
    alarm.set(1_010_000)
    alarm.set(null)
    wait(100_000)
    expect(rung).toEqual([])
  })
})
