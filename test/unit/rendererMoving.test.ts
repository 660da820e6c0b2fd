import type { Enforcement, MoveTarget, SliceUse } from '../../src-main/contract/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effectWords, isBlockedByJobsOnly } from '../../src-renderer/editor/planWords'
import { coresWords, dueCores, dueWords, meansWords, memoryUse } from '../../src-renderer/enforcementWords'
import { eventWords } from '../../src-renderer/eventWords'
import { sortFiles } from '../../src-renderer/fileKinds'
import { pause } from '../../src-renderer/format'
import { isolationItems } from '../../src-renderer/isolationWords'
import { groupTargets } from '../../src-renderer/moveTargets'
import { inferCommands, servingWords } from '../../src-renderer/serving'

function enforcement(different: Partial<Enforcement['compute']> = {}, limitMiB = 1000): Enforcement {
  return { compute: { means: 'turns', share: 0.25, timeSliceMs: 10, detail: '', ...different }, memory: { means: 'watched', limitMiB, detail: '' } }
}

function use(different: Partial<SliceUse> = {}): SliceUse {
  return { sliceId: 'slice_1', cores: 1, threads: 8, memoryMiB: 300, usedMiB: 200, pid: 1, state: 'running', enforcement: enforcement(), job: null, ...different }
}

describe('what keeps a worker within its slice', () => {
  it.each([
    [{ means: 'turns', timeSliceMs: 10 }, 'Turns 10 ms'],
    [{ means: 'quota', timeSliceMs: null }, 'Quota'],
    [{ means: 'none', timeSliceMs: null }, 'Whole device'],
    [{ means: 'driver', timeSliceMs: null }, 'Driver'],
    [{ means: 'batch-ends', timeSliceMs: null }, 'Batch ends'],
  ] as const)('is said in a word or two: %j', (compute, words) => expect(meansWords(enforcement(compute).compute)).toBe(words))

  it('tells the share that it is due, where that is known', () => {
    expect(dueWords(enforcement().compute)).toBe('25 % of the device')
    expect(dueWords(enforcement({ share: null }).compute)).toMatch(/others/)
  })
  it('counts its due in the cores that it takes turns at', () => {
    expect(dueCores(use(), 64)).toBe(2)
    expect(coresWords(use(), 64)).toBe('1.0 of 8 cores, 50 % of its due')
  })
  it('counts a quota in the host\'s cores, whatever threads it has', () => expect(dueCores(use({ threads: 1, enforcement: enforcement({ means: 'quota' }) }), 2)).toBe(0.5))
  it('is due all its threads where it has the whole device', () => expect(dueCores(use({ enforcement: enforcement({ means: 'none', share: 1 }) }), 64)).toBe(8))
  it.each([enforcement({ share: null }), enforcement({ means: 'driver' })])('names no due that nobody knows', (kept) => {
    expect(dueCores(use({ enforcement: kept }), 64)).toBeNull()
    expect(coresWords(use({ threads: 1, enforcement: kept }), 64)).toBe('1.0 of 1 core')
  })
})

describe('the memory of a worker', () => {
  it('warns near its limit and not before', () => {
    expect(memoryUse(use({ usedMiB: 899 })).isNear).toBe(false)
    expect(memoryUse(use({ usedMiB: 900 })).isNear).toBe(true)
  })
  it('says a unit once that both figures have', () => {
    expect(memoryUse(use({ usedMiB: 200 })).words).toBe('200 of 1000 MiB')
    expect(memoryUse(use({ usedMiB: 512, enforcement: enforcement({}, 2048) })).words).toBe('512 MiB of 2 GiB')
  })
  it('is never drawn outside its bar', () => {
    fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 100_000 }), (usedMiB, limitMiB) => {
      const { share } = memoryUse(use({ usedMiB, enforcement: enforcement({}, limitMiB) }))
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }))
  })
})

it('says of each thing that a worker could reach whether it can', () => {
  const items = isolationItems({ files: true, network: false, programs: true, endsWithLab: false, detail: '' })
  expect(items.map(({ ok }) => ok)).toEqual([true, false, true, false])
  expect(items.filter(({ ok, detail }) => ok === (detail !== ''))).toEqual([])
})

describe('places for a moving job', () => {
  const target = (device: string, start: number, ok: boolean): MoveTarget => ({ slice: `slice_${device}${start}`, device, deviceName: device, profile: '1g.10gb', start, memoryMiB: 9856, ok, reasons: ok ? [] : ['it is held'] })

  it('are grouped by device, those that would work first', () => {
    const { open, closed } = groupTargets([target('a', 0, false), target('b', 1, false), target('a', 4, true), target('a', 2, true)])
    expect(open.map(({ device, targets }) => [device, targets.map(({ start }) => start)])).toEqual([['a', [2, 4, 0]]])
    expect(closed.map(({ device }) => device)).toEqual(['b'])
  })
  it('are all there, each once', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(20), fc.boolean())), (made) => {
      const targets = made.map(([device, start, ok]) => target(device, start, ok))
      const { open, closed } = groupTargets(targets)
      const shown = [...open, ...closed].flatMap(group => group.targets)
      expect(new Set(shown)).toEqual(new Set(targets))
      expect(shown).toHaveLength(targets.length)
      expect(closed.flatMap(group => group.targets).filter(({ ok }) => ok)).toEqual([])
    }))
  })
})

describe('a plan that is blocked', () => {
  it.each([
    [['job_1', 'job_2'], true],
    [['job_1', 'vm-render'], false],
    [[], false],
  ])('by %j can have its jobs moved: %s', (holders, can) => expect(isBlockedByJobsOnly({ blocked: 'They are in the way.', holders })).toBe(can))
  it('is not blocked by those who may stay', () => expect(isBlockedByJobsOnly({ blocked: null, holders: ['job_1'] })).toBe(false))
  it('does not say that a job loses what it can be moved from', () => {
    const step = { op: 'destroy', slice: 'slice_1', profile: '1g.10gb', start: 0, size: 1, from: null, interrupts: false } as const
    expect(effectWords({ ...step, holder: 'job_1' })).toBe('has to leave it')
    expect(effectWords({ ...step, holder: 'vm-render' })).toBe('loses its slice')
  })
})

describe('a served model', () => {
  it('is asked by a line for a terminal, with the lab\'s folder as one word', () => {
    expect(inferCommands('job_1', '/home/an admin/tranche').map(({ line }) => line)).toEqual(['tranche infer job_1 --input NAME=FILE.npy --state "/home/an admin/tranche"', 'tranche infer job_1 --synthetic --state "/home/an admin/tranche"'])
    expect(inferCommands('job_1', null)[1].line).toBe('tranche infer job_1 --synthetic')
    expect(inferCommands('job_1', '/a/$(b)`c`"d"')[1].line).toBe('tranche infer job_1 --synthetic --state "/a/\\$(b)\\`c\\`\\"d\\""')
  })
  it('says how requests are grouped', () => {
    expect(servingWords({ maxBatch: 16, maxDelayMs: 2 })).toMatch(/16 requests.*2 ms/)
    expect(servingWords({ maxBatch: 1, maxDelayMs: 2 })).toBe('Each request runs by itself.')
  })
})

describe('events of a move', () => {
  const slice = { id: 'slice_2', device: 'device_1', profile: '2g.20gb', start: 0, size: 2 }
  it('tell where it went and what it cost', () => {
    expect(eventWords({ type: 'job.moved', data: { slice, warmMs: 1800 } })).toMatchObject({ words: 'Moved to another slice', detail: expect.stringMatching(/2g\.20gb.*1\.8 s/) })
    expect(eventWords({ type: 'job.paused', data: { pauseMs: 12.44 } }).detail).toBe('it stood still for 12.4 ms')
  })
  it('tell which backend has which nodes, and why not the one that was asked for', () => {
    const report = { asked: ['webgpu', 'cpu'], nodes: [{ backend: 'webgpu', count: 7, operators: ['Conv'] }, { backend: 'cpu', count: 2, operators: ['TopK'] }], fallback: 'WebGPU does not know TopK.' }
    expect(eventWords({ type: 'job.ran', data: { report } }).detail).toBe('7 on WebGPU, 2 on CPU. WebGPU does not know TopK.')
    expect(eventWords({ type: 'job.ran', data: { report: null } }).detail).toBe('')
  })
})

it.each([[0, '0 ms'], [12.44, '12.4 ms'], [99.96, '100 ms'], [250.4, '250 ms'], [1500, '1.5 s']])('shows a pause of %d ms as %s', (ms, words) => expect(pause(ms)).toBe(words))

it('offers no recipe for files that only the command line checks', () => expect(sortFiles([new File(['x'], 'test_data_set_0')])).toBeNull())
