import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src-main/runtime/keeper/turns'

type Policy = Parameters<typeof createTurns>[0]

interface Seat {
  readonly pid: number
  readonly share: number
  busy: boolean
}

interface World {
  readonly policy: Policy
  readonly sliceMs: number
  readonly turns: ReturnType<typeof createTurns>
  readonly seats: Map<number, Seat>
  /** Time that each seat with work computed. */
  readonly ran: Map<number, number>
  /** Time that each seat with work was due by the fluid model below. */
  readonly due: Map<number, number>
  nowMs: number
}

const add = (times: Map<number, number>, pid: number, ms: number) => times.set(pid, (times.get(pid) ?? 0) + ms)

/** What a seat is due of every instant, were time a fluid: written from the policies' words, not from the scheduler. */
function rateOf({ policy, seats }: World, seat: Seat): number {
  if (!seat.busy)
    return 0
  switch (policy) {
    case 'best-effort':
      return 1 / [...seats.values()].filter(({ busy }) => busy).length
    case 'equal-share':
      return 1 / seats.size
    case 'fixed-share':
      return seat.share
  }
}

function newWorld(policy: Policy, sliceMs: number): World {
  return { policy, sliceMs, turns: createTurns(policy, sliceMs), seats: new Map(), ran: new Map(), due: new Map(), nowMs: 0 }
}

function join(world: World, pid: number, share: number, busy: boolean): void {
  world.seats.set(pid, { pid, share, busy })
  world.turns.join({ pid, share, busy }, world.nowMs)
}

/** Lets time pass turn by turn, each ending as much too late as `overruns` says, and calls `onTurn` at each. */
function pass(world: World, ms: number, overruns: () => number, onTurn: (holder: number | null, fromMs: number) => void = () => undefined): void {
  const untilMs = world.nowMs + ms
  while (world.nowMs < untilMs) {
    const turn = world.turns.at(world.nowMs)
    const endMs = Math.min(untilMs, (turn?.endsAtMs ?? untilMs) + overruns())
    const elapsedMs = endMs - world.nowMs
    for (const seat of world.seats.values()) {
      add(world.due, seat.pid, elapsedMs * rateOf(world, seat))
      if (turn?.holder === seat.pid && seat.busy)
        add(world.ran, seat.pid, elapsedMs)
    }
    if (turn)
      onTurn(turn.holder, world.nowMs)
    world.nowMs = endMs
  }
}

const policy = fc.constantFrom<Policy>('best-effort', 'equal-share', 'fixed-share')
const sliceMs = fc.integer({ min: 1, max: 30 })
/** Parts of a whole that add up to it at most. */
const shares = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }).chain(parts =>
  fc.integer({ min: 0, max: 7 }).map(absent => parts.map(part => part / (absent + parts.reduce((sum, each) => sum + each)))))
const latest = (slice: number) => slice / 4
/** Turns end up to a quarter of a slice too late. */
const lateness = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 })

function overrunsOf(parts: readonly number[], slice: number): () => number {
  let at = 0
  return () => latest(slice) * (parts[at++ % parts.length] ?? 0)
}

const change = fc.record({
  seat: fc.nat(6),
  kind: fc.constantFrom('busy' as const, 'idle' as const, 'leave' as const, 'join' as const),
  afterMs: fc.integer({ min: 0, max: 200 }),
})

function carryOut(world: World, kind: 'busy' | 'idle' | 'leave' | 'join', pid: number, share: number): void {
  const seat = world.seats.get(pid)
  if (kind === 'join' && !seat)
    return join(world, pid, share, true)
  if (!seat)
    return
  if (kind === 'leave') {
    world.seats.delete(pid)
    return world.turns.leave(pid, world.nowMs)
  }
  seat.busy = kind === 'busy'
  world.turns.busy(pid, seat.busy, world.nowMs)
}

const scenario = fc.record({ policy, sliceMs, shares, changes: fc.array(change, { maxLength: 60 }), late: lateness })

function play({ policy, sliceMs, shares, changes, late }: typeof scenario extends fc.Arbitrary<infer T> ? T : never, only: readonly string[]) {
  const world = newWorld(policy, sliceMs)
  const overruns = overrunsOf(late, sliceMs)
  shares.forEach((share, index) => join(world, index + 1, share, index % 2 === 0))
  for (const { seat, kind, afterMs } of changes.filter(({ kind }) => only.includes(kind))) {
    pass(world, afterMs, overruns)
    carryOut(world, kind, seat % shares.length + 1, shares[seat % shares.length] ?? 1)
  }
  return { world, overruns }
}

describe('turns of random seats that come, go, rest and overrun', () => {
  it('gives each its due in the long run, to within three turns', () => {
    fc.assert(fc.property(scenario, (input) => {
      const { world, overruns } = play(input, ['busy', 'idle', 'leave', 'join'])
      world.ran.clear()
      world.due.clear()
      pass(world, 200 * input.sliceMs, overruns)
      // One that leaves takes what it was ahead or behind with it, which moves the others by a part of a turn; they are a turn off at most at either end.
      const tolerance = 3 * (input.sliceMs + latest(input.sliceMs))
      for (const { pid } of world.seats.values())
        expect(Math.abs((world.ran.get(pid) ?? 0) - (world.due.get(pid) ?? 0))).toBeLessThanOrEqual(tolerance)
    }))
  })

  it('lets nobody starve: each with work has a turn before three of its periods are over', () => {
    fc.assert(fc.property(scenario, (input) => {
      const { world, overruns } = play(input, ['busy', 'idle', 'leave', 'join'])
      const servedAtMs = new Map([...world.seats.keys()].map(pid => [pid, world.nowMs]))
      pass(world, 100 * input.sliceMs, overruns, (holder, fromMs) => {
        for (const seat of world.seats.values()) {
          if (holder === seat.pid || !seat.busy)
            servedAtMs.set(seat.pid, fromMs)
          else
            expect(fromMs - (servedAtMs.get(seat.pid) ?? 0)).toBeLessThanOrEqual(3 * (input.sliceMs + latest(input.sliceMs)) / rateOf(world, seat))
        }
      })
    }))
  })

  it('never gives a fixed share more than its due and one turn, however its work comes and goes', () => {
    fc.assert(fc.property(scenario, (input) => {
      const { world, overruns } = play({ ...input, policy: 'fixed-share' }, ['busy', 'idle'])
      pass(world, 20 * input.sliceMs, overruns)
      for (const { pid, share } of world.seats.values())
        expect(world.ran.get(pid) ?? 0).toBeLessThanOrEqual(share * world.nowMs + input.sliceMs + latest(input.sliceMs) + 1e-6)
    }))
  })

  it('never hands a turn to one without work under best effort, and never to one that left', () => {
    fc.assert(fc.property(scenario, (input) => {
      const { world, overruns } = play(input, ['busy', 'idle', 'leave', 'join'])
      pass(world, 20 * input.sliceMs, overruns, (holder) => {
        if (holder === null)
          return expect(input.policy).toBe('fixed-share')
        expect(world.seats.has(holder)).toBe(true)
        expect(input.policy === 'best-effort' && !world.seats.get(holder)?.busy).toBe(false)
      })
    }))
  })
})
