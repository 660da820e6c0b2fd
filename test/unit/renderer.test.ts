import { describe, expect, it } from 'vitest'
import { eventWords } from '../../src-renderer/eventWords'
import { sortFiles } from '../../src-renderer/fileKinds'
import { computeSlicesTaken, leafSlices, stretches } from '../../src-renderer/floorPlan'
import { baseName, bytes, duration, memory, position, shortId, withShortIds } from '../../src-renderer/format'
import { jobTime } from '../../src-renderer/jobTime'
import { extentOf, settingOf } from '../../src-renderer/lineGeometry'
import { readOcr, readTensor, readVad } from '../../src-renderer/results'
import { hrefOf, parseHash } from '../../src-renderer/route'
import { timeTicks } from '../../src-renderer/waveform'
import { contractDevice, contractSlice } from '../helpers/contractJob'

const slice = (profile: string, start: number, size: number) => contractSlice({ id: `slice_${start}`, profile, start, size })
const file = (name: string) => new File(['x'], name)

describe('figures', () => {
  it.each([[0, '0 B'], [1023, '1023 B'], [1536, '1.5 KiB'], [16_210_432, '15.5 MiB']])('shows %d bytes as %s', (count, words) => expect(bytes(count)).toBe(words))
  it.each([[512, '512 MiB'], [40_192, '39.25 GiB'], [81_920, '80 GiB']])('shows %d MiB as %s', (mib, words) => expect(memory(mib)).toBe(words))
  it.each([[0, '0 ms'], [-5, '0 ms'], [999, '999 ms'], [1000, '1.0 s'], [59_990, '59.9 s'], [64_300, '1 m 04 s'], [3_599_999, '59 m 59 s'], [7_380_000, '2 h 03 m']])('shows %d ms as %s', (ms, words) => expect(duration(ms)).toBe(words))
  it.each([[0, '0:00.00'], [83_450, '1:23.45'], [59_996, '1:00.00']])('shows the place %d ms as %s', (ms, words) => expect(position(ms)).toBe(words))
})

describe('names', () => {
  it('shortens an id to its prefix and its random end', () => {
    expect(shortId('job_0193b6e2-7d41-7c3a-9a55-e4b1c9d07f23')).toBe('job_…c9d07f23')
    expect(shortId('job_x')).toBe('job_x')
  })
  it('shortens the ids within a sentence', () => expect(withShortIds('3g.40gb is held by job_0193b6e2-7d41-7c3a-9a55-e4b1c9d07f23, job_x')).toBe('3g.40gb is held by job_…c9d07f23, job_x'))
  it.each([['/a/b.png', 'b.png'], ['C:\\a\\b.png', 'b.png'], ['b.png', 'b.png'], ['/', '/']])('names %s %s', (path, name) => expect(baseName(path)).toBe(name))
})

describe('the floor plan', () => {
  it('covers the whole slot axis in order, with the uncut stretches between the slices', () => {
    const plan = stretches(contractDevice({ slots: 8, slices: [slice('3g.40gb', 4, 4), slice('1g.10gb', 1, 1)] }))
    expect(plan.map(({ kind, start, size }) => [kind, start, size])).toEqual([['uncut', 0, 1], ['slice', 1, 1], ['uncut', 2, 2], ['slice', 4, 4]])
  })
  it('shows a device without slices as one uncut stretch', () => expect(stretches(contractDevice({ slots: 4, slices: [] }))).toEqual([{ kind: 'uncut', start: 0, size: 4 }]))
  it('nests compute instances in their GPU instance', () => {
    const whole = slice('3g.40gb', 4, 4)
    const instances = [1, 0].map(start => contractSlice({ id: `slice_c${start}`, parentId: whole.id, profile: '1c.3g.40gb', start }))
    const [, placed] = stretches(contractDevice({ slots: 8, slices: [...instances, whole] }))
    expect(placed).toMatchObject({ kind: 'slice', start: 4, size: 4, instances: [{ id: 'slice_c0' }, { id: 'slice_c1' }] })
    expect(leafSlices([whole, ...instances]).map(({ id }) => id)).toEqual(['slice_c1', 'slice_c0'])
  })
  it('shows a shared device by memory, its parts one after the other', () => {
    const parts = [contractSlice({ start: 9, memoryMiB: 3000 }), contractSlice({ start: 2, memoryMiB: 1000 })]
    const plan = stretches(contractDevice({ mode: 'shared', slots: 64, memoryMiB: 8192, slices: parts }))
    expect(plan.map(({ kind, start, size }) => [kind, start, size])).toEqual([['slice', 0, 1000], ['slice', 1000, 3000], ['uncut', 4000, 4192]])
  })
  it('counts compute slices by the profiles\' names', () => expect(computeSlicesTaken([slice('3g.40gb', 4, 4), slice('1g.10gb+me', 0, 1), slice('A100D-20C', 1, 1)])).toBe(4))
})

describe('dropped files', () => {
  it('choose the recipe that most of them fit, and name those left out', () => {
    const sorted = sortFiles([file('a.PNG'), file('b.jpeg'), file('c.wav'), file('notes.txt')])
    expect(sorted).toMatchObject({ recipe: 'ocr', model: null, leftOut: ['c.wav', 'notes.txt'] })
    expect(sorted?.inputs.map(({ name }) => name)).toEqual(['a.PNG', 'b.jpeg'])
  })
  it('are a tensor job where one is an ONNX model, whose inputs are the tensors beside it', () => {
    const sorted = sortFiles([file('x.npy'), file('net.onnx'), file('a.png')])
    expect(sorted).toMatchObject({ recipe: 'tensor', model: { name: 'net.onnx' }, leftOut: ['a.png'] })
    expect(sorted?.inputs.map(({ name }) => name)).toEqual(['x.npy'])
  })
  it('are refused where no recipe takes any', () => expect(sortFiles([file('notes.txt'), file('README')])).toBeNull())
})

describe('the time of a job', () => {
  const timing = { submittedAtMs: 1000, startedAtMs: null, endedAtMs: null, queuedMs: 0, runMs: 0, asOfMs: 1000 }
  it('ticks in the queue', () => expect(jobTime({ state: 'queued', timing }, 6000)).toEqual({ queuedMs: 5000, runMs: 0 }))
  it('ticks on the slice, over all turns', () => expect(jobTime({ state: 'running', timing: { ...timing, queuedMs: 2000, runMs: 100, asOfMs: 5000 } }, 6000)).toEqual({ queuedMs: 2000, runMs: 1100 }))
  it('stands still once the job ended', () => expect(jobTime({ state: 'done', timing: { ...timing, queuedMs: 2000, runMs: 900 } }, 99_000)).toEqual({ queuedMs: 2000, runMs: 900 }))
  it('never goes below what the lab said, whatever this clock says', () => expect(jobTime({ state: 'queued', timing: { ...timing, queuedMs: 700 } }, 0).queuedMs).toBe(700))
})

describe('text over a picture', () => {
  it('lies along the top of its box, turned as the box is', () => {
    const setting = settingOf([[10, 10], [10, 110], [-10, 110], [-10, 10]])
    expect(setting).toMatchObject({ degrees: 90, length: 100, height: 20 })
  })
  it('is left out where there is no box', () => expect(settingOf([[0, 0]])).toBeNull())
  it('gives a picture that cannot be shown a size that holds all boxes', () => expect(extentOf([[[0, 0], [90.5, 0], [90.5, 20]], [[0, 80]]])).toEqual({ width: 91, height: 80 }))
})

describe('results', () => {
  it('are read by recipe', () => {
    expect(readOcr({ lines: [{ text: 'a', score: 0.5, box: [[0, 0], [1, 0], [1, 1], [0, 1]] }] })?.lines).toHaveLength(1)
    expect(readVad({ durationMs: 10, segments: [{ startMs: 1, endMs: 2 }] })?.segments).toEqual([{ startMs: 1, endMs: 2 }])
    expect(readTensor({ outputs: [{ name: 'y', dtype: 'string', shape: [], file: 'y.pb', stats: null }], runMs: 3, notes: [] })).toEqual({ outputs: [{ name: 'y', dtype: 'string', shape: [], file: 'y.pb', stats: {} }], runMs: 3, notes: [] })
  })
  it.each([[null], [undefined], ['text'], [{}], [[]]])('of another shape (%j) are null, not a crash', (value) => {
    expect([readOcr(value), readVad(value), readTensor(value)]).toEqual([null, null, null])
  })
})

describe('events', () => {
  it('say what happened', () => {
    expect(eventWords({ type: 'job.progressed', data: { done: 4, failed: 1 } })).toEqual({ words: 'Checkpoint', detail: '4 results written, 1 input failed' })
    expect(eventWords({ type: 'job.finished', data: { error: null } }).words).toBe('Done')
    expect(eventWords({ type: 'job.finished', data: { error: { code: 'bad_model', message: 'No.' } } })).toEqual({ words: 'Failed', detail: 'No.' })
  })
  it('of a type that is not known are spelled out', () => expect(eventWords({ type: 'slice.moved_away', data: { from: 1, to: null } })).toEqual({ words: 'Slice moved away', detail: 'from 1' }))
})

describe('addresses of views', () => {
  it.each([{ view: 'devices' }, { view: 'catalog' }, { view: 'jobs' }, { view: 'fleet' }, { view: 'job', id: 'job_a/b' }, { view: 'layout', id: 'device_a/b' }] as const)('are read back as written (%j)', route => expect(parseHash(hrefOf(route))).toEqual(route))
  it.each(['', '#', '#/', '#/nowhere'])('lead to the devices for %j', hash => expect(parseHash(hash)).toEqual({ view: 'devices' }))
  it.each(['#/devices/device_1', '#/devices//edit'])('lead to the devices where no layout is named (%j)', hash => expect(parseHash(hash)).toEqual({ view: 'devices' }))
  it('lead to the list of jobs where no job is named', () => expect(parseHash('#/jobs/')).toEqual({ view: 'jobs' }))
})

it('puts round times on the axis, not closer than their labels', () => {
  expect(timeTicks(9280, 1200)).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000])
  expect(timeTicks(3_600_000, 400)).toEqual([0, 1_800_000, 3_600_000])
})
