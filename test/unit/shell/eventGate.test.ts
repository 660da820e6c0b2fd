import type { Changed, EventName, EventPayload } from '../../../src-main/contract/calls'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { frameMs, openEventGate } from '../../../src-main/shell/eventGate'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A lab that says what the test tells it to, and a window that keeps what it was sent. */
function gateOfLab() {
  const listeners = { changed: new Set<(payload: never) => void>(), use: new Set<(payload: never) => void>() }
  const sent: [EventName, unknown][] = []
  const gate = openEventGate({
    on(name, listener) {
      listeners[name].add(listener)
      return () => listeners[name].delete(listener)
    },
  }, (name, payload) => void sent.push([name, payload]))
  return {
    gate,
    sent,
    listeners,
    say: <N extends EventName>(name: N, payload: EventPayload<N>) => listeners[name].forEach(tell => tell(payload as never)),
  }
}

function change(seq: number, job: string, topic: Changed['topics'][number] = 'jobs'): Changed {
  return { seq, topics: [topic], jobs: [job] }
}

it('sends the first change at once and merges what follows into frames', () => {
  const { gate, sent, say } = gateOfLab()
  gate.show(true)
  say('changed', change(1, 'job_a'))
  vi.advanceTimersByTime(0)
  expect(sent).toEqual([['changed', change(1, 'job_a')]])

  say('changed', change(3, 'job_b'))
  say('changed', change(2, 'job_a', 'devices'))
  vi.advanceTimersByTime(frameMs - 1)
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(sent[1]).toEqual(['changed', { seq: 3, topics: ['jobs', 'devices'], jobs: ['job_b', 'job_a'] }])
})

it('sends at most ten frames a second, however much happens', () => {
  const { gate, sent, say } = gateOfLab()
  gate.show(true)
  for (let ms = 0; ms < 995; ms++) {
    say('changed', change(ms, `job_${ms}`))
    vi.advanceTimersByTime(1)
  }
  expect(sent.length).toBeLessThanOrEqual(10)
  vi.advanceTimersByTime(frameMs)
  const jobs = sent.flatMap(([, payload]) => (payload as Changed).jobs)
  expect(new Set(jobs).size).toBe(995)
})

it('tells a hidden window nothing, and what it missed in one change once it is shown', () => {
  const { gate, sent, say } = gateOfLab()
  gate.show(true)
  gate.show(false)
  say('changed', change(5, 'job_a'))
  say('changed', change(6, 'job_b', 'catalog'))
  vi.advanceTimersByTime(10_000)
  expect(sent).toEqual([])
  gate.show(true)
  vi.advanceTimersByTime(frameMs)
  expect(sent).toEqual([['changed', { seq: 6, topics: ['jobs', 'catalog'], jobs: ['job_a', 'job_b'] }]])
})

it('says nothing on show when nothing was missed', () => {
  const { gate, sent } = gateOfLab()
  gate.show(true)
  vi.advanceTimersByTime(1000)
  expect(sent).toEqual([])
})

const enforcement = { compute: { means: 'none' as const, share: 1, timeSliceMs: null, detail: '' }, memory: { means: 'watched' as const, limitMiB: 9856, detail: '' } }

it('listens to live use only while the window is shown, and sends the newest', () => {
  const { gate, sent, say, listeners } = gateOfLab()
  expect(listeners.use.size).toBe(0)
  gate.show(true)
  const use = (cores: number) => [{ sliceId: 'slice_1', cores, threads: 2, memoryMiB: 10, pid: 7, state: 'running' as const, usedMiB: 3, job: null, enforcement }]
  say('use', use(0.5))
  say('use', use(1.5))
  vi.advanceTimersByTime(frameMs)
  expect(sent).toEqual([['use', use(1.5)]])
  gate.show(false)
  expect(listeners.use.size).toBe(0)
})

it('is silent after it was closed, with a frame under way', () => {
  const { gate, sent, say, listeners } = gateOfLab()
  gate.show(true)
  say('changed', change(1, 'job_a'))
  gate.close()
  vi.advanceTimersByTime(1000)
  expect(sent).toEqual([])
  expect(listeners.changed.size + listeners.use.size).toBe(0)
})
