import type { Profile } from '../../src-main/contract/model'
import type { Spread } from '../../src-main/doors/cli/benchModel/figures'
import type { BenchReport, BenchRow } from '../../src-main/doors/cli/benchModel/report'
import { describe, expect, it } from 'vitest'
import { logScale } from '../../src-main/doors/cli/benchModel/chart'
import { quantile } from '../../src-main/doors/cli/benchModel/figures'
import { benchPicture } from '../../src-main/doors/cli/benchModel/picture'
import { planBench } from '../../src-main/doors/cli/benchModel/plan'
import { measured, runsOf } from '../../src-main/doors/cli/benchModel/runs'
import { benchCells, benchMarkdown, benchNotes, figure } from '../../src-main/doors/cli/benchModel/table'

const result = (runMs: number, batch?: number) => ({ runMs, ...batch !== undefined && { batch } })

describe('the runs behind the results', () => {
  it('are one an input where they ran alone, even if two took the same time', () => {
    expect(runsOf([result(5), result(5), result(7)])).toEqual([{ ms: 5, inputs: 1 }, { ms: 5, inputs: 1 }, { ms: 7, inputs: 1 }])
  })

  it('are one for all inputs that ran together', () => {
    const together = (ms: number, inputs: number) => Array.from({ length: inputs }, () => result(ms, inputs))
    expect(runsOf([...together(8, 4), ...together(8, 4), ...together(3, 2)])).toEqual([{ ms: 8, inputs: 4 }, { ms: 8, inputs: 4 }, { ms: 3, inputs: 2 }])
  })

  it('skip inputs without a result', () => {
    expect(runsOf([result(8, 3), null, result(8, 3), result(9, 1), null])).toEqual([{ ms: 8, inputs: 3 }, { ms: 8, inputs: 3 }, { ms: 9, inputs: 1 }])
    expect(runsOf([])).toEqual([])
  })

  it('count after the warm-up, and without those of fewer inputs', () => {
    const runs = [{ ms: 1, inputs: 1 }, { ms: 100, inputs: 4 }, ...Array.from({ length: 20 }, () => ({ ms: 8, inputs: 4 })), { ms: 1, inputs: 2 }]
    expect(measured(runs, 1)).toMatchObject({ runs: 20, together: 4, latencyMs: { median: 8, p99: 8, max: 8 }, inputsPerSecond: { median: 500, min: 500, max: 500 } })
    expect(measured(runs, 21)).toBeNull()
    expect(measured([], 0)).toBeNull()
  })

  it('give throughput as a sum over time, so that a slice that stands still for one run in ten is not as fast as its median run', () => {
    const runs = Array.from({ length: 100 }, (_, i) => ({ ms: i % 10 === 9 ? 91 : 1, inputs: 1 }))
    expect(measured(runs, 0)).toMatchObject({ latencyMs: { median: 1 }, inputsPerSecond: { median: 100, min: 100, max: 100 } })
  })

  it('stay finite where the clock did not move', () => {
    expect(measured([{ ms: 0, inputs: 1 }], 0)?.inputsPerSecond.median).toBe(1_000_000)
  })
})

describe('a quantile', () => {
  it('lies between neighbours in proportion', () => {
    expect([0, 0.25, 0.5, 1].map(share => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 4])
    expect(quantile([], 0.5)).toBeNaN()
  })
})

function profile(name: string, computeShare: number, maxInstances: number, memoryMiB: number): Profile {
  return { name, id: null, computeSlices: 1, starts: [0], size: 1, maxInstances, memoryMiB, memoryGiB: memoryMiB / 1024, memoryIsEstimate: false, computeShare, sm: null, engines: null, note: null }
}
const offered = [profile('7g.80gb', 1, 1, 80_000), profile('1g.20gb', 1 / 7, 4, 20_000), profile('1g.10gb', 1 / 7, 7, 10_000), profile('3g.40gb', 3 / 7, 2, 40_000)]

describe('what is measured', () => {
  it('is the smallest profile of each share, beside as many neighbours as there is room for', () => {
    const { groups, notes } = planBench(offered, { batches: [1, 4], neighbours: [0, 1, 'max'] })
    expect(groups.map(({ profile, neighbours }) => [profile.name, neighbours])).toEqual([['1g.10gb', 0], ['1g.10gb', 1], ['1g.10gb', 6], ['3g.40gb', 0], ['3g.40gb', 1], ['7g.80gb', 0]])
    expect(groups[0].batches).toEqual([1, 4])
    expect(notes).toEqual(['7g.80gb was not measured beside 1: a device holds 1 of it.'])
  })

  it('is what was named, once each', () => {
    expect(planBench(offered, { profiles: ['3G.40gb', '1g.20gb', '1g.20gb'], batches: [1], neighbours: [0] }).groups.map(({ profile }) => profile.name)).toEqual(['3g.40gb', '1g.20gb'])
    expect(() => planBench(offered, { profiles: ['9g.90gb'], batches: [1], neighbours: [0] })).toThrow('There is no profile 9g.90gb here. There are 7g.80gb, 1g.20gb, 1g.10gb, 3g.40gb.')
  })
})

const spread = (median: number): Spread => ({ median, p5: median * 0.9, p95: median * 1.2, p99: median * 1.5, min: median * 0.8, max: median * 2 })
function row(profile: string, batch: number, neighbours: number, latency: number): BenchRow {
  return {
    profile,
    memoryMiB: 9856,
    computeShare: 1 / 7,
    batch,
    neighbours,
    ok: true,
    runs: 100,
    together: batch,
    latencyMs: spread(latency),
    inputsPerSecond: spread(batch * 1000 / latency),
    means: { brief: 'quota, 14 %', detail: 'A cgroup limits it.' },
  }
}
const report: BenchReport = {
  model: '/models/a<b>&c.onnx',
  gpu: 'A100-80GB',
  mode: 'mig',
  backing: 'Virtual: computed by 2 cores of a CPU',
  dims: { length: 16 },
  warmUps: 3,
  runs: 100,
  seconds: 5,
  stopped: false,
  rows: [
    row('1g.10gb', 1, 0, 10),
    row('1g.10gb', 4, 0, 30),
    row('1g.10gb', 1, 6, 11),
    row('3g.40gb', 1, 0, 4),
    { profile: '1g.10gb', memoryMiB: 9856, computeShare: 1 / 7, batch: 16, neighbours: 0, ok: false, why: 'too small: it needs 12 GiB | more.' },
  ],
  notes: [],
}

describe('the table', () => {
  it('has a row each, with the reason where there are no figures', () => {
    const [heading, first, ...rest] = benchCells(report)
    expect(first).toEqual(['1g.10gb', '9.6 GiB', '1', '0', '10.0 (9.00-12.0)', '15.0', '100 (90.0-120)', '100', 'quota, 14 %'])
    expect(rest.at(-1)).toEqual(['1g.10gb', '9.6 GiB', '16', '0', '-', '-', '-', '-', 'too small: it needs 12 GiB | more.'])
    expect(benchCells(report).every(({ length }) => length === heading.length)).toBe(true)
  })

  it('says that the host computes, what was left out, and what keeps the share', () => {
    const notes = benchNotes(report).join('\n')
    expect(notes).toMatch(/the host's CPU computes/)
    expect(notes).toMatch(/first 3 runs of each row are left out/)
    expect(notes).toContain('Share kept by quota, 14 %: A cgroup limits it.')
    expect(notes).not.toContain('takes no batches')
    expect(notes).not.toContain('Runs under')
    expect(benchNotes({ ...report, rows: [row('1g.10gb', 1, 0, 0.5)] }).join('\n')).toContain('Runs under 1 ms')
    const alone = { ...report, rows: [{ ...row('1g.10gb', 4, 0, 10), together: 1 }], stopped: true }
    expect(benchCells(alone)[1][2]).toBe('4 (ran as 1)')
    expect(benchNotes(alone).join('\n')).toMatch(/takes no batches[\s\S]*Stopped before the last row/)
  })

  it('is Markdown that a reader keeps as a table', () => {
    const lines = benchMarkdown(report).split('\n').filter(line => line.startsWith('|'))
    expect(lines).toHaveLength(2 + report.rows.length)
    expect(lines.map(line => line.replaceAll('\\|', '').split('|').length)).toEqual(lines.map(() => 11))
    expect(benchMarkdown(report)).toContain('a<b>&c.onnx with length=16 on A100-80GB in mode mig, a virtual GPU')
  })

  it('writes figures with three digits that mean something', () => {
    expect([0, 0.00123, 0.0456, 1.234, 45.67, 99.96, 1234.5].map(figure)).toEqual(['0', '0.00123', '0.0456', '1.23', '45.7', '100.0', '1235'])
  })
})

describe('the picture', () => {
  const picture = benchPicture(report)
  const found = (pattern: RegExp, text = picture) => [...text.matchAll(pattern)].length

  it('has two panels with a line for each profile and number of neighbours, and a whisker at each point', () => {
    expect(found(/<g class="panel">/g)).toBe(2)
    expect(found(/<g class="series">/g)).toBe(2 * 3)
    expect(found(/<polyline /g)).toBe(2 * 3)
    expect(found(/class="whisker"/g)).toBe(2 * 4)
    expect(found(/class="marker"/g)).toBe(2 * 4)
    expect([...picture.matchAll(/class="legend"[^>]*>([^<]*)/g)].map(([, name]) => name)).toEqual(['1g.10gb, no neighbours', '1g.10gb, 6 neighbours', '3g.40gb, no neighbours'])
    expect(picture).toContain('Latency of a run, ms')
    expect(picture).toContain('Throughput, inputs a second')
    expect(picture).toContain('1g.10gb, batch 16, 0 neighbours: too small')
  })

  it('tells lines apart without colour: neighbours by dashes, profiles by markers', () => {
    const dashes = [...picture.matchAll(/<polyline [^>]*?(?:stroke-dasharray="([^"]*)")?\/>/g)].map(([, dash]) => dash)
    expect(dashes.slice(0, 3)).toEqual([undefined, '7 4', undefined])
    const shapes = [...picture.matchAll(/class="marker" d="M[\d.]+ [\d.]+([a-z][^"]*)"/g)].map(([, shape]) => shape)
    expect(new Set(shapes).size).toBe(2)
  })

  it('is well-formed, with the names of a model made safe, and every number a number', () => {
    const open: string[] = []
    for (const [, close, name, alone] of picture.matchAll(/<(\/?)([a-z]+)(?: [^<>]*?)?(\/?)>/gi)) {
      if (close)
        expect(open.pop()).toBe(name)
      else if (!alone)
        open.push(name)
    }
    expect(open).toEqual([])
    expect(picture).toContain('a&lt;b&gt;&amp;c.onnx')
    expect(picture).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('draws higher what is more, within the panel', () => {
    const places = [...picture.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points.split(' ').map(point => point.split(',').map(Number)))
    const [[first, second]] = places
    expect(second[0]).toBeGreaterThan(first[0])
    expect(second[1]).toBeLessThan(first[1])
    expect(places.flat().every(([x, y]) => x > 70 && x < 940 && y >= 96 && y <= 396)).toBe(true)
  })

  it('says so where nothing could be measured', () => {
    const empty = benchPicture({ ...report, rows: [report.rows[4]] })
    expect(found(/Nothing could be measured/g, empty)).toBe(2)
    expect(empty).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('a scale', () => {
  it('holds all values between its first and last tick, with few ticks', () => {
    for (const values of [[1], [3, 7], [0.02, 900], [1e-6, 1e6], [0, 5], []]) {
      const { ticks, of } = logScale(values)
      expect(ticks.length, `${values}`).toBeGreaterThan(1)
      expect(ticks.length, `${values}`).toBeLessThan(16)
      for (const value of values)
        expect(of(value) >= 0 && of(value) <= 1, `${value} of ${ticks}`).toBe(true)
      expect(of(ticks[0])).toBe(0)
      expect(of(ticks[ticks.length - 1])).toBe(1)
    }
  })
})
