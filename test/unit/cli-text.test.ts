import { describe, expect, it } from 'vitest'
import { drawAxis, drawRuler } from '../../src-main/doors/cli/axis'
import { floorPlan } from '../../src-main/doors/cli/floorPlan'
import { progressLine } from '../../src-main/doors/cli/followJob'
import { itemLines, summaryLine } from '../../src-main/doors/cli/jobReport'
import { Pace } from '../../src-main/doors/cli/pace'
import { resultText } from '../../src-main/doors/cli/resultText'
import { bytes, count, createStyle, duration, memory, printable, table } from '../../src-main/doors/cli/text'
import { contractDevice, contractItem, contractJob, contractLease, contractSlice } from '../helpers/contractJob'

const plain = createStyle(false)

describe('words for numbers', () => {
  it('keep to the units a person expects', () => {
    expect([0, 512, 1024, 9728, 81920].map(memory)).toEqual(['0 MiB', '512 MiB', '1 GiB', '9.5 GiB', '80 GiB'])
    expect([999, 2_300_000, 15_900_000, 1.2e9].map(bytes)).toEqual(['999 B', '2.3 MB', '16 MB', '1.2 GB'])
    expect([0, 820, 3400, 59_940, 125_000, 4_320_000].map(duration)).toEqual(['0 ms', '820 ms', '3.4 s', '59.9 s', '2 min 5 s', '1 h 12 min'])
    expect([count(1, 'picture'), count(0, 'picture')]).toEqual(['1 picture', '0 pictures'])
  })
})

describe('text of unknown origin', () => {
  it('cannot steer the terminal', () => {
    expect(printable('a\u001B]0;title\u0007b\nc\u202Ed')).toBe('a�]0;title�b�c�d')
  })
})

describe('a table', () => {
  it('aligns its columns and leaves no spaces at the end', () => {
    expect(table([['a', 'bb', ''], ['ccc', 'd', 'e']])).toEqual(['a    bb', 'ccc  d   e'])
    expect(table([])).toEqual([])
  })
})

describe('the floor plan of a device', () => {
  it('draws each slice over its slots, names who holds it, and counts what is left', () => {
    const device = contractDevice({
      label: 'class-room',
      slices: [
        contractSlice({ id: 's1', profile: '3g.40gb', size: 4, memoryMiB: 40192, computeShare: 3 / 7, sm: 42 }),
        contractSlice({ id: 's2', start: 6, memoryMiB: 9728, lease: contractLease({ holder: 'job_1' }) }),
      ],
    })
    expect(floorPlan(device, plain, 80)).toEqual([
      'Virtual A100  virtual GPU, A100-80GB, mig, 80 GiB. Virtual: computed by 2 cores',
      '  id device_1  label class-room',
      '  |AAAAAAAAAAAAAAAA········BBBB····|',
      '  A  3g.40gb  slots 0-3  39 GiB   43 %  free   s1',
      '  B  1g.10gb  slot 6     9.5 GiB  14 %  job_1  s2',
      '  stranded: 52 SMs, 30 GiB',
    ])
  })

  it('shows compute instances below the GPU instance that they lie in', () => {
    const device = contractDevice({
      slices: [
        contractSlice({ id: 's1', profile: '3g.40gb', size: 4, memoryMiB: 40192, computeShare: 3 / 7, sm: 42 }),
        contractSlice({ id: 's2', start: 4 }),
        contractSlice({ id: 's3', parentId: 's1', profile: '1c.3g.40gb', start: 0, memoryMiB: 40192 }),
        contractSlice({ id: 's4', parentId: 's1', profile: '2c.3g.40gb', start: 1, size: 2, memoryMiB: 40192, computeShare: 2 / 7 }),
      ],
    })
    const lines = floorPlan(device, plain, 80)
    expect(lines[2]).toBe('  |AAAAAAAAAAAAAAAABBBB············|')
    expect(lines.slice(3, 7).map(line => line.trim().split('  ')[0])).toEqual(['A', '1c.3g.40gb', '2c.3g.40gb', 'B'])
    expect(lines[3]).toMatch(/ cut {3}s1$/)
    expect(lines[5]).toMatch(/compute 1-2 .* free {2}s4$/)
    expect(lines[7]).toBe('  stranded: 52 SMs, 30 GiB')
  })

  it('draws shared parts by their memory, as their slots are only seats', () => {
    const device = contractDevice({
      mode: 'shared',
      slots: 64,
      usableMiB: 81920,
      slices: [
        contractSlice({ id: 's1', profile: '40960MiB', start: 9, memoryMiB: 40960, computeShare: 0.5, sm: null }),
        contractSlice({ id: 's2', profile: '20480MiB', start: 2, memoryMiB: 20480, computeShare: 0.25, sm: null }),
      ],
    })
    const lines = floorPlan(device, plain, 80)
    expect(lines[2]).toBe(`  |${'A'.repeat(18)}${'B'.repeat(9)}${'·'.repeat(9)}|`)
    expect(lines[3]).toContain('seat 9')
    expect(lines.at(-1)).toBe('  free: 20 GiB')
  })

  it('says why a device cannot be used, and that its change is unfinished', () => {
    const lines = floorPlan(contractDevice({ unusable: 'no driver', unfinishedChange: '1 of 3 steps are done' }), plain, 80)
    expect(lines.slice(2, 4)).toEqual(['  cannot be used: no driver', '  its change of layout is not finished: 1 of 3 steps are done'])
    expect(lines.at(-1)).toBe('  nothing is cut')
  })

  it('strands nothing where it is handed out whole', () => {
    const whole = contractSlice({ profile: 'passthrough', memoryMiB: 80384, computeShare: 1, sm: 108 })
    expect(floorPlan(contractDevice({ mode: 'passthrough', slots: 1, slices: [whole] }), plain, 80).at(-1)).toMatch(/passthrough {2}whole .* free {2}slice_0$/)
  })
})

describe('a slot axis', () => {
  it('fits the terminal, whatever the number of slots', () => {
    const of = (length: number, columns: number) => drawAxis({ length, parts: [] }, columns).length - 2
    expect([1, 3, 4, 7, 8, 12, 32].map(slots => of(slots, 80))).toEqual([36, 36, 36, 35, 32, 36, 32])
    expect([of(64, 80), of(160, 80), of(160, 200), of(8, 20), of(160, 1)]).toEqual([64, 74, 160, 8, 8])
  })

  it('gives each character to the slice that has most of it', () => {
    const parts = [{ start: 0, size: 10 }, { start: 10, size: 5 }, { start: 150, size: 10 }]
    const drawn = drawAxis({ length: 160, parts }, 46)
    expect(drawn).toMatch(/^\|A{2,3}B{1,2}·+C{2,3}\|$/)
    expect(drawn).toHaveLength(42)
  })

  it('has a ruler whose numbers never touch', () => {
    expect(drawRuler(8, 80)).toBe(' 0   1   2   3   4   5   6   7')
    expect(drawRuler(160, 80)).toMatch(/^ 0 {3,}10 +20 +30 .* 150$/)
    expect(drawRuler(12, 80)).toBe(' 0  1  2  3  4  5  6  7  8  9  10 11')
  })
})

describe('how a job stands', () => {
  it('is one line: how much, how fast, where', () => {
    const job = contractJob({ counts: { total: 40, done: 11, failed: 1 } })
    expect(progressLine(job, 'Virtual A100', 3.41)).toBe('12/40 pictures, 3.4/s, 3g.40gb on Virtual A100')
    expect(progressLine(job, 'Virtual A100', null)).toBe('12/40 pictures, 3g.40gb on Virtual A100')
    expect(progressLine(contractJob({ state: 'queued', waiting: 'all slices are taken' }), null, null)).toBe('queued: all slices are taken')
  })

  it('ends with a summary', () => {
    const counts = { total: 5, done: 5, failed: 0 }
    expect(summaryLine(contractJob({ state: 'done', counts }), 'Virtual A100')).toBe('job_1 done: 5 pictures in 2.5 s on 3g.40gb of Virtual A100')
    expect(summaryLine(contractJob({ state: 'failed', slice: null, counts: { total: 5, done: 3, failed: 2 } }), null)).toBe('job_1 failed: 3 of 5 pictures, 2 failed in 2.5 s')
  })

  it('has a pace over the last seconds alone', () => {
    const pace = new Pace()
    expect(pace.rate(0, 0)).toBeNull()
    expect(pace.rate(4, 2000)).toBe(2)
    expect(pace.rate(4, 9000)).toBeCloseTo(4 / 9)
    expect(pace.rate(104, 19_000)).toBe(10)
  })
})

describe('what came of an input', () => {
  it('is the text, the speech or the outputs', () => {
    expect(resultText({ lines: [{ text: 'TOTAL 38.05', score: 0.9, box: [] }] })).toEqual(['TOTAL 38.05'])
    expect(resultText({ lines: [] })).toEqual(['(no text)'])
    expect(resultText({ segments: [{ startMs: 674, endMs: 3_723_166 }] })).toEqual(['0:00.674 - 1:02:03.166'])
    expect(resultText({ segments: [] })).toEqual(['(no speech)'])
    expect(resultText({ outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4], file: 'y.npy', stats: { min: 0, max: 1, mean: 0.123456 } }], notes: ['NaN'] }))
      .toEqual(['y  float32[1, 4]  0 to 1, mean 0.1235  y.npy', 'NaN'])
    expect(resultText({ other: 1 })).toEqual(['{"other":1}'])
  })

  it('is named by its file only where there are several', () => {
    const failed = contractItem({ state: 'failed', error: { code: 'unreadable_input', message: 'It is no picture.', retryable: false } })
    const job = contractJob({ items: [failed] })
    expect(itemLines(job, failed, null, plain)).toEqual(['failed: It is no picture.'])
    expect(itemLines({ ...job, items: [failed, failed] }, failed, null, plain)).toEqual(['/pictures/receipt.png', '  failed: It is no picture.'])
  })
})
