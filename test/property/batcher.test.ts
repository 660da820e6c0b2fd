import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBatcher } from '../../src-main/runtime/worker/batcher'

interface Member { readonly id: number, readonly kind: string | null, readonly atMs: number }
interface Group { readonly members: readonly Member[], readonly atMs: number }

const arrivals = fc.array(fc.record({ kind: fc.constantFrom('a', 'b', null), afterMs: fc.integer({ min: 0, max: 30 }) }), { minLength: 1, maxLength: 60 })

/** A world of its own time: arrivals, timers and ends of runs happen in the order of their times. */
async function play(given: readonly { readonly kind: string | null, readonly afterMs: number }[], options: { readonly maxBatch: number, readonly maxDelayMs: number, readonly runMs: number }) {
  let nowMs = 0
  let order = 0
  const events: { readonly atMs: number, readonly order: number, readonly happen: () => void }[] = []
  const at = (atMs: number, happen: () => void) => {
    const event = { atMs, order: order++, happen }
    events.push(event)
    return event
  }
  const groups: Group[] = []
  const busy: { from: number, to: number }[] = []
  const batcher = createBatcher<Member>({
    ...options,
    timers: {
      set: (run, ms) => at(nowMs + ms, run),
      clear: timer => void (events.includes(timer as never) && events.splice(events.indexOf(timer as never), 1)),
    },
    kindOf: ({ kind }) => kind,
    run: (members) => {
      groups.push({ members: [...members], atMs: nowMs })
      busy.push({ from: nowMs, to: nowMs + options.runMs })
      return new Promise(resolve => at(nowMs + options.runMs, resolve))
    },
  })
  let atMs = 0
  const members = given.map(({ kind, afterMs }, id) => ({ id, kind, atMs: atMs += afterMs }))
  for (const member of members)
    at(member.atMs, () => batcher.add(member))
  while (events.length > 0) {
    const next = events.reduce((first, event) => event.atMs < first.atMs || (event.atMs === first.atMs && event.order < first.order) ? event : first)
    events.splice(events.indexOf(next), 1)
    nowMs = next.atMs
    next.happen()
    // The end of a run is heard of over a few microtasks.
    await new Promise(resolve => setImmediate(resolve))
  }
  return { members, groups, busy }
}

it('answers each request once, in groups of one kind that are never too large, too late or at the same time', async () => {
  await fc.assert(fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 40 }), async (given, maxBatch, maxDelayMs, runMs) => {
    const { members, groups, busy } = await play(given, { maxBatch, maxDelayMs, runMs })
    const ran = groups.flatMap(group => group.members)
    expect(ran.map(({ id }) => id).sort((a, b) => a - b)).toEqual(members.map(({ id }) => id))
    for (const { members: group } of groups) {
      expect(group.length).toBeLessThanOrEqual(group[0].kind === null ? 1 : maxBatch)
      expect(new Set(group.map(({ kind }) => kind)).size).toBe(1)
    }
    for (const kind of ['a', 'b', null]) {
      const ids = ran.filter(member => member.kind === kind).map(({ id }) => id)
      expect(ids).toEqual([...ids].sort((a, b) => a - b))
    }
    for (const [place, { from }] of busy.entries())
      expect(from).toBeGreaterThanOrEqual(busy[place - 1]?.to ?? 0)
    // A group that waited longer than its delay waited for runs: from the delay's end until its begin something was under way.
    for (const { members: [first], atMs } of groups) {
      const due = first.atMs + maxDelayMs
      const covered = busy.filter(({ from, to }) => to > due && from < atMs).reduce((sum, { from, to }) => sum + Math.min(to, atMs) - Math.max(from, due), 0)
      expect(Math.max(0, atMs - due)).toBe(covered)
    }
  }), { numRuns: 150 })
})
