import { describe, expect, it } from 'vitest'
import { eligibility, retryDelayMs } from '../../src-main/scheduler/eligibility'
import { retryAt } from '../../src-main/scheduler/retry'
import { jobRow } from '../helpers/jobRow'

const open = { dependencies: [], modelReady: true, queue: 'open', queueName: 'normal' } as const
const on = (state: 'queued' | 'running' | 'suspended' | 'done' | 'failed' | 'cancelled' | null, needs: 'success' | 'end' = 'success') => ({ jobId: 'job_1', onJobId: 'job_0', needs, state })

describe('a queued job', () => {
  it('may start when nothing of its own is in the way', () => {
    expect(eligibility(jobRow(), open, 0)).toEqual({ ready: true })
    expect(eligibility(jobRow({ notBeforeMs: 10 }), open, 10)).toEqual({ ready: true })
    expect(eligibility(jobRow(), { ...open, dependencies: [on('done'), on('failed', 'end'), on(null, 'end')] }, 0)).toEqual({ ready: true })
    expect(eligibility(jobRow(), { ...open, queue: 'closed' }, 0)).toEqual({ ready: true })
  })

  it('waits for its time, and says when that is', () => {
    expect(eligibility(jobRow({ notBeforeMs: 5000 }), open, 1000)).toMatchObject({ ready: false, reason: 'not-before', untilMs: 5000, fails: null })
    expect(eligibility(jobRow({ notBeforeMs: 5000, tries: 2 }), open, 1000)).toMatchObject({ words: expect.stringContaining('try number 2') })
  })

  it.each(['queued', 'running', 'suspended'] as const)('waits for a job that is %s', (state) => {
    for (const needs of ['success', 'end'] as const)
      expect(eligibility(jobRow(), { ...open, dependencies: [on('done'), on(state, needs)] }, 0)).toMatchObject({ ready: false, reason: 'dependency', untilMs: null, fails: null })
  })

  it.each(['failed', 'cancelled', null] as const)('fails where a job that it needs the success of is %s', (state) => {
    expect(eligibility(jobRow(), { ...open, dependencies: [on(state)] }, 0)).toMatchObject({ ready: false, fails: { code: 'dependency_failed', details: { job: 'job_0' } } })
  })

  it('waits for its model and for a paused queue', () => {
    expect(eligibility(jobRow(), { ...open, modelReady: false }, 0)).toMatchObject({ reason: 'model' })
    expect(eligibility(jobRow(), { ...open, queue: 'paused' }, 0)).toMatchObject({ reason: 'queue-paused', words: expect.stringContaining('normal') })
  })
})

describe('a job that failed', () => {
  const retries = { max: 3, delayMs: 1000 }
  const crashed = { code: 'worker_crashed', message: '', retryable: true } as const

  it('is tried again after a delay that doubles, up to a day', () => {
    expect([1, 2, 3, 4].map(tries => retryDelayMs(retries, tries))).toEqual([1000, 2000, 4000, 8000])
    expect(retryDelayMs({ max: 100, delayMs: 60_000 }, 90)).toBe(86_400_000)
    expect(retryAt({ retries, tries: 3 }, crashed, 10)).toBe(4010)
  })

  it('is not tried again once its tries are used up, nor where another try changes nothing', () => {
    expect(retryAt({ retries, tries: 4 }, crashed, 0)).toBeNull()
    expect(retryAt({ retries: null, tries: 1 }, crashed, 0)).toBeNull()
    for (const code of ['cancelled', 'deadline_passed', 'time_limit', 'dependency_failed'] as const)
      expect(retryAt({ retries, tries: 1 }, { ...crashed, code }, 0)).toBeNull()
  })
})
