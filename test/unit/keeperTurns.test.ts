import { expect, it } from 'vitest'
import { createTurns } from '../../src-main/runtime/keeper/turns'

/** Holders of the next turns, each as long as it says. */
function holders(turns: ReturnType<typeof createTurns>, count: number, fromMs = 0): (number | null)[] {
  let nowMs = fromMs
  return Array.from({ length: count }, () => {
    const turn = turns.at(nowMs)
    nowMs = turn?.endsAtMs ?? nowMs
    return turn?.holder ?? null
  })
}

it('gives 4:2:1 in every seven turns', () => {
  const turns = createTurns('fixed-share', 10)
  ;[4, 2, 1].forEach((part, index) => turns.join({ pid: index + 1, share: part / 7, busy: true }, 0))
  const had = holders(turns, 70)
  expect([1, 2, 3].map(pid => had.filter(holder => holder === pid).length)).toEqual([40, 20, 10])
})

it('leaves the time of absent fixed shares to nobody', () => {
  const turns = createTurns('fixed-share', 10)
  turns.join({ pid: 1, share: 0.25, busy: true }, 0)
  const had = holders(turns, 40)
  expect(had.filter(holder => holder === 1)).toHaveLength(10)
  expect(had.filter(holder => holder === null)).toHaveLength(30)
})

it('reserves the turn of an idle seat under equal share only', () => {
  for (const [policy, expected] of [['equal-share', 10], ['best-effort', 20]] as const) {
    const turns = createTurns(policy, 10)
    turns.join({ pid: 1, share: 0.3, busy: true }, 0)
    turns.join({ pid: 2, share: 0.3, busy: false }, 0)
    expect(holders(turns, 20).filter(holder => holder === 1)).toHaveLength(policy === 'best-effort' ? 20 : expected)
  }
})

it('leaves the only one with work alone under best effort', () => {
  const turns = createTurns('best-effort', 10)
  turns.join({ pid: 1, share: 0.5, busy: true }, 0)
  turns.join({ pid: 2, share: 0.5, busy: false }, 0)
  expect(turns.at(0)).toEqual({ holder: 1, endsAtMs: Number.POSITIVE_INFINITY })
})

it('gives one that gets work its first turn at once, in the middle of another\'s', () => {
  const turns = createTurns('best-effort', 10)
  turns.join({ pid: 1, share: 0.5, busy: true }, 0)
  turns.join({ pid: 2, share: 0.5, busy: false }, 0)
  turns.at(0)
  turns.busy(2, true, 503)
  expect(turns.at(503)).toEqual({ holder: 2, endsAtMs: 513 })
})

it('does not let one win by having work and none in quick turns', () => {
  const turns = createTurns('best-effort', 10)
  turns.join({ pid: 1, share: 0.5, busy: true }, 0)
  turns.join({ pid: 2, share: 0.5, busy: true }, 0)
  const ran = new Map<number | null, number>()
  for (let nowMs = 0; nowMs < 3000; nowMs++) {
    const holder = turns.at(nowMs)?.holder ?? null
    ran.set(holder, (ran.get(holder) ?? 0) + 1)
    turns.busy(2, nowMs % 4 !== 3, nowMs + 1)
  }
  expect(ran.get(2)).toBeLessThanOrEqual(1500 + 20)
})

it('makes a turn good that took too long', () => {
  const turns = createTurns('equal-share', 10)
  turns.join({ pid: 1, share: 0.5, busy: true }, 0)
  turns.join({ pid: 2, share: 0.5, busy: true }, 0)
  expect(turns.at(0)?.holder).toBe(1)
  expect(holders(turns, 5, 40)).toEqual([2, 2, 2, 2, 1])
})

it('stops nobody while nobody has work', () => {
  const turns = createTurns('equal-share', 10)
  turns.join({ pid: 1, share: 0.5, busy: false }, 0)
  expect(turns.at(0)).toBeNull()
})

it('counts the time in which nobody had work as time that the absent had', () => {
  const turns = createTurns('fixed-share', 10)
  turns.join({ pid: 1, share: 0.25, busy: true }, 0)
  expect(turns.at(0)?.holder).toBe(1)
  turns.busy(1, false, 10)
  expect(turns.at(10)).toBeNull()
  turns.busy(1, true, 20)
  expect(turns.at(20)?.holder).toBeNull()
  turns.busy(1, false, 20)
  turns.at(20)
  turns.busy(1, true, 40)
  expect(turns.at(40)?.holder).toBe(1)
})
