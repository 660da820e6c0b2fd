import type { PullStage } from '../../src-renderer/stores/pull'
import { expect, it } from 'vitest'
import { createPull } from '../../src-renderer/stores/pull'

/** A stage whose clock moves only when told to. */
function stage() {
  let nowMs = 0
  let isHidden = false
  let due: { atMs: number, run: () => void }[] = []
  const shown = new Set<() => void>()
  const value: PullStage = {
    now: () => nowMs,
    after: (ms, run) => void due.push({ atMs: nowMs + ms, run }),
    hidden: () => isHidden,
    onShown: (run) => {
      shown.add(run)
      return () => shown.delete(run)
    },
  }
  return {
    value,
    async pass(ms: number) {
      const end = nowMs + ms
      for (; nowMs <= end; nowMs++) {
        const ready = due.filter(each => each.atMs <= nowMs)
        due = due.filter(each => each.atMs > nowMs)
        ready.forEach(each => each.run())
        await new Promise(setImmediate)
      }
    },
    hide() {
      isHidden = true
    },
    show() {
      isHidden = false
      shown.forEach(run => run())
    },
  }
}

it('reads at most ten times a second, however many requests come', async () => {
  const time = stage()
  let reads = 0
  const pull = createPull(async () => void (reads += 1), time.value)
  for (let ms = 0; ms < 500; ms += 5) {
    pull.request()
    await time.pass(4)
  }
  expect(reads).toBe(5)
})

it('reads once more after a request that came during a read', async () => {
  const time = stage()
  const ends: (() => void)[] = []
  const pull = createPull(() => new Promise<void>(end => ends.push(end)), time.value)
  pull.request()
  await time.pass(10)
  pull.request()
  pull.request()
  await time.pass(300)
  expect(ends).toHaveLength(1)
  ends[0]()
  await time.pass(2000)
  expect(ends).toHaveLength(2)
})

it('sleeps while the window is hidden and reads when it is shown again', async () => {
  const time = stage()
  let reads = 0
  const pull = createPull(async () => void (reads += 1), time.value)
  time.hide()
  pull.request()
  await time.pass(500)
  expect(reads).toBe(0)
  time.show()
  await time.pass(10)
  expect(reads).toBe(1)
})

it('pauses longer after a read that took long', async () => {
  const time = stage()
  const starts: number[] = []
  const pull = createPull(() => {
    starts.push(time.value.now())
    return new Promise(end => time.value.after(60, end))
  }, time.value)
  for (let step = 0; step < 100; step++) {
    pull.request()
    await time.pass(9)
  }
  expect(starts[1] - starts[0]).toBeGreaterThanOrEqual(240)
})

it('reads no more once stopped', async () => {
  const time = stage()
  let reads = 0
  const pull = createPull(async () => void (reads += 1), time.value)
  pull.request()
  pull.stop()
  await time.pass(300)
  expect(reads).toBe(0)
})
