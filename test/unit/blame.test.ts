import type { Death } from '../../src-main/runtime/death'
import { describe, expect, it } from 'vitest'
import { deathOf } from '../../src-main/runtime/death'
import { blameOf } from '../../src-main/scheduler/blame'

const job = { crashesSinceResult: 0, killsSinceResult: 0, serving: null }
const crash = deathOf({ code: null, signal: 'SIGSEGV' })
const kill = deathOf({ code: null, signal: 'SIGKILL' })
const breach: Death = { kind: 'breach', usedMiB: 5000, limitMiB: 4864, why: 'It used 5000 MiB.' }
const hung: Death = { kind: 'hung', limitMs: 1500 }
const together = { isLoaded: true, isAlone: false }
const alone = { isLoaded: true, isAlone: true }
const loading = { isLoaded: false, isAlone: false }

describe('the death of a worker', () => {
  it('is the input\'s fault where it was computed alone, and nobody\'s yet where several were', () => {
    expect(blameOf(job, together, crash)).toBe('worker-died')
    expect(blameOf({ ...job, crashesSinceResult: 1 }, alone, crash)).toBe('input')
    expect(blameOf({ ...job, crashesSinceResult: 1 }, alone, breach)).toBe('input')
    expect(blameOf({ ...job, crashesSinceResult: 1 }, alone, hung)).toBe('input')
  })

  it('fails the job at once where loading would only do it again', () => {
    expect(blameOf(job, loading, breach)).toMatchObject({ code: 'out_of_memory' })
    expect(blameOf(job, loading, hung)).toMatchObject({ code: 'worker_hung', message: expect.stringContaining('1.5 seconds') })
  })

  it('fails the job after three crashes in a row while it loads, and after ten inputs in a row', () => {
    expect(blameOf({ ...job, crashesSinceResult: 1 }, loading, crash)).toBe('worker-died')
    expect(blameOf({ ...job, crashesSinceResult: 2 }, loading, crash)).toMatchObject({ code: 'worker_crashed', message: expect.stringContaining('died 3 times in a row') })
    expect(blameOf({ ...job, crashesSinceResult: 8 }, alone, crash)).toBe('input')
    expect(blameOf({ ...job, crashesSinceResult: 9 }, alone, crash)).toMatchObject({ code: 'worker_crashed' })
  })

  it('is nobody\'s fault where somebody ended it from outside, up to twenty times', () => {
    expect(blameOf({ ...job, crashesSinceResult: 1 }, alone, kill)).toBe('worker-killed')
    expect(blameOf({ ...job, killsSinceResult: 18 }, alone, kill)).toBe('worker-killed')
    expect(blameOf({ ...job, killsSinceResult: 19 }, together, kill)).toMatchObject({ code: 'worker_crashed' })
  })

  it('never blames an input of a served model, which has none', () => {
    expect(blameOf({ ...job, crashesSinceResult: 1, serving: { maxBatch: 4, maxDelayMs: 1 } }, alone, crash)).toBe('worker-died')
  })
})
