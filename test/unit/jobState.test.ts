import { describe, expect, it } from 'vitest'
import { isEnded, transition } from '../../src-main/scheduler/jobState'
import { jobRow, someSlice } from '../helpers/jobRow'

const queued = jobRow()
const running = transition(queued, { type: 'started', slice: someSlice, rule: 'fair-share' }, 100)

describe('a job', () => {
  it('counts the time of every turn, in the queue and on a slice', () => {
    const requeued = transition(running, { type: 'requeued', why: 'worker-died' }, 250)
    const again = transition(requeued, { type: 'started', slice: someSlice, rule: 'fair-share' }, 300)
    const done = transition(again, { type: 'finished', error: null }, 1000)
    expect(done).toMatchObject({ state: 'done', queuedMs: 150, runMs: 850, startedAtMs: 100, endedAtMs: 1000, crashes: 1 })
  })

  it('loses no time when the clock is set back', () => {
    expect(transition(running, { type: 'finished', error: null }, 40)).toMatchObject({ runMs: 0, queuedMs: 100 })
  })

  it('forgets its crashes in a row as soon as an input has its result, but not how many there were', () => {
    const crashed = transition(running, { type: 'requeued', why: 'worker-died' }, 200)
    const again = transition(crashed, { type: 'started', slice: someSlice, rule: 'fair-share' }, 300)
    expect(transition(again, { type: 'progressed', done: 1, failed: 0 }, 400)).toMatchObject({ crashes: 1, crashesSinceResult: 0, doneCount: 1 })
  })

  it('does not count the end of the lab as a crash', () => {
    expect(transition(running, { type: 'requeued', why: 'lab-closed' }, 200)).toMatchObject({ state: 'queued', crashes: 0, crashesSinceResult: 0 })
  })

  it.each(['done', 'failed', 'cancelled'] as const)('refuses everything once it is %s', (state) => {
    const ended = jobRow({ state })
    expect(isEnded(ended)).toBe(true)
    for (const event of [
      { type: 'started', slice: someSlice, rule: 'fair-share' },
      { type: 'progressed', done: 1, failed: 0 },
      { type: 'requeued', why: 'owner-died' },
      { type: 'finished', error: null },
      { type: 'cancelled' },
    ] as const)
      expect(() => transition(ended, event, 1)).toThrow(`is ${state} and cannot be ${event.type}`)
  })

  it('cannot be started twice, nor progress in the queue', () => {
    expect(() => transition(running, { type: 'started', slice: someSlice, rule: 'fair-share' }, 1)).toThrow('is running')
    expect(() => transition(queued, { type: 'progressed', done: 1, failed: 0 }, 1)).toThrow('is queued')
  })
})
