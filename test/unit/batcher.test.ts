import type { Timers } from '../../src-main/runtime/worker/batcher'
import { describe, expect, it } from 'vitest'
import { createBatcher } from '../../src-main/runtime/worker/batcher'

/** Timers that go off when told the time. */
function clock() {
  let nowMs = 0
  const pending = new Map<number, { readonly atMs: number, readonly run: () => void }>()
  let last = 0
  const timers: Timers = {
    set: (run, ms) => {
      pending.set(++last, { atMs: nowMs + ms, run })
      return last
    },
    clear: timer => void pending.delete(timer as number),
  }
  return {
    timers,
    pending,
    advance(ms: number) {
      nowMs += ms
      for (const [id, { atMs, run }] of [...pending]) {
        if (atMs <= nowMs && pending.delete(id))
          run()
      }
    },
  }
}

/** A batcher of words whose kind is their first letter, and whose runs end when told. */
function words(options: { maxBatch: number, maxDelayMs: number }) {
  const time = clock()
  const begun: string[][] = []
  const ends: (() => void)[] = []
  const batcher = createBatcher<string>({
    ...options,
    timers: time.timers,
    kindOf: word => word.startsWith('!') ? null : word[0],
    run: (group) => {
      begun.push([...group])
      return new Promise(resolve => ends.push(resolve))
    },
  })
  return { batcher, time, begun, add: (...all: string[]) => all.forEach(batcher.add), endRun: async () => {
    ends.shift()?.()
    await new Promise(resolve => setImmediate(resolve))
  } }
}

describe('gathering requests', () => {
  it('runs what came within the delay as one group, in the order of arrival', () => {
    const { time, begun, add } = words({ maxBatch: 4, maxDelayMs: 10 })
    add('a1', 'a2')
    time.advance(9)
    add('a3')
    expect(begun).toEqual([])
    time.advance(1)
    expect(begun).toEqual([['a1', 'a2', 'a3']])
  })

  it('runs a full group at once', () => {
    const { begun, add, time } = words({ maxBatch: 2, maxDelayMs: 10 })
    add('a1', 'a2')
    expect(begun).toEqual([['a1', 'a2']])
    expect(time.pending.size).toBe(0)
  })

  it('gathers the next group while one is under way, and starts it as soon as that has ended', async () => {
    const { begun, add, endRun, time } = words({ maxBatch: 3, maxDelayMs: 10 })
    add('a1', 'a2', 'a3', 'a4')
    time.advance(10)
    add('a5')
    expect(begun).toHaveLength(1)
    await endRun()
    expect(begun).toEqual([['a1', 'a2', 'a3'], ['a4', 'a5']])
  })

  it('lets a group whose delay is not over wait for it, though nothing is under way any more', async () => {
    const { begun, add, endRun, time } = words({ maxBatch: 2, maxDelayMs: 10 })
    add('a1', 'a2', 'a3')
    await endRun()
    expect(begun).toHaveLength(1)
    time.advance(10)
    expect(begun).toEqual([['a1', 'a2'], ['a3']])
  })

  it('never mixes kinds, and runs one that has none alone and at once', async () => {
    const { begun, add, endRun, time } = words({ maxBatch: 4, maxDelayMs: 10 })
    add('a1', 'b1', 'a2', '!', 'b2')
    expect(begun).toEqual([['!']])
    time.advance(10)
    await endRun()
    await endRun()
    expect(begun).toEqual([['!'], ['a1', 'a2'], ['b1', 'b2']])
  })

  it('runs each alone where no other may join, and without a delay what has gathered meanwhile', async () => {
    const single = words({ maxBatch: 1, maxDelayMs: 10 })
    single.add('a1', 'a2')
    await single.endRun()
    expect(single.begun).toEqual([['a1'], ['a2']])
    const eager = words({ maxBatch: 8, maxDelayMs: 0 })
    eager.add('a1', 'a2', 'a3')
    await eager.endRun()
    expect(eager.begun).toEqual([['a1'], ['a2', 'a3']])
  })

  it('on closing drops what has not begun, takes nothing more, and waits for the group under way', async () => {
    const { batcher, begun, add, endRun, time } = words({ maxBatch: 2, maxDelayMs: 10 })
    add('a1', 'a2', 'a3')
    let closed = false
    const closing = batcher.close().then(() => (closed = true))
    add('a4')
    time.advance(100)
    expect([closed, time.pending.size]).toEqual([false, 0])
    await endRun()
    await closing
    expect(begun).toEqual([['a1', 'a2']])
  })
})
