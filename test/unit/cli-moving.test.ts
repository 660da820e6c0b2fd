import type { Backend, BackendReport, MoveReport, MoveTarget, SliceUse } from '../../src-main/contract/model'
import type { RunOptions } from '../helpers/runCli'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { enforcementLines } from '../../src-main/doors/cli/enforcementLines'
import { progressLine } from '../../src-main/doors/cli/followJob'
import { contractDevice, contractJob, contractSlice } from '../helpers/contractJob'
import { run } from '../helpers/runCli'
import { tempDir } from '../helpers/tempDir'

const device = contractDevice({ label: 'class-room', slices: [contractSlice({ id: 'slice_aa' }), contractSlice({ id: 'slice_b', start: 4, profile: '3g.40gb', size: 4 })] })
const devices: RunOptions['handlers'] = { 'devices.list': () => [device] }
const report: MoveReport = {
  job: 'job_1',
  from: { id: 'slice_aa', device: 'device_1', profile: '1g.10gb', start: 0, size: 1 },
  to: { id: 'slice_b', device: 'device_1', profile: '3g.40gb', start: 4, size: 4 },
  pauseMs: 7.42,
  warmMs: 812,
}

describe('wrong use of the verbs that move and estimate', () => {
  it.each([
    ['a slice and a profile', ['move', 'job_1', '--slice', 'slice_b', '--profile', '3g.40gb'], /--slice names the very slice/],
    ['a slice and what it has to have', ['move', 'job_1', '--slice', 'slice_b', '--memory', '8GiB'], /--slice names the very slice/],
    ['a list of one place', ['move', 'job_1', '--list', '--device', 'device_1'], /--list shows every place/],
    ['a tolerance over one', ['move', 'job_1', '--tolerance', '2'], /part from 0 to 1/],
    ['a tolerance that is no number', ['move', 'job_1', '--tolerance', 'little'], /part from 0 to 1/],
    ['a model that is not there', ['estimate', 'no.onnx'], /There is no model file \/no\.onnx/],
    ['a dimension without a size', ['estimate', 'm', '--dim', 'sequence'], /--dim sequence=128/],
    ['a dimension of nothing', ['estimate', 'm', '--dim', 'sequence=0'], /--dim sequence=128/],
    ['a batch of nothing', ['estimate', 'm', '--batch', '0'], /whole number from 1/],
    ['no device to empty', ['evacuate'], /Missing required argument 'device'/],
    ['an unknown backend', ['submit', '--recipe', 'tensor', '--backend', 'cpu,gpu'], /Backends are cpu, webgpu, cuda, tensorrt, directml, coreml/],
    ['a batch that is none', ['submit', '--recipe', 'tensor', '--batch', 'many'], /from 1 to 1024, or "max"/],
    ['a batch that is too large', ['submit', '--recipe', 'tensor', '--batch', '1025'], /from 1 to 1024, or "max"/],
    ['a batch of pictures', ['submit', '--recipe', 'ocr', '--input', '/', '--batch', '4'], /--batch is about the recipe tensor/],
    ['a time limit without a unit', ['submit', '--recipe', 'tensor', '--time-limit', '30'], /30s, 10m, 2h/],
    ['a served model with inputs', ['submit', '--recipe', 'tensor', '--serve', '--synthetic', '3'], /in place of inputs/],
    ['a served model with a batch', ['submit', '--recipe', 'tensor', '--serve', '--batch', '3'], /--max-batch/],
    ['pictures that are served', ['submit', '--recipe', 'ocr', '--serve', '--input', '/'], /in place of inputs/],
    ['requests without a server', ['submit', '--recipe', 'tensor', '--max-batch', '3'], /they go with --serve/],
    ['a delay without a number', ['submit', '--recipe', 'tensor', '--serve', '--max-delay', ''], /0 to 1000 ms/],
    ['too many at once', ['submit', '--recipe', 'tensor', '--serve', '--max-batch', '1025'], /1 to 1024/],
  ])('%s is told in a line, and opens nothing', async (_what, args, message) => {
    const ran = await run(args, { handlers: devices })
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) })
    expect(ran.opened).toEqual([])
  })
})

describe('suspend and resume', () => {
  it('say how the job stands, and how to go on', async () => {
    const suspend = vi.fn(() => contractJob({ state: 'suspended', slice: null }))
    expect(await run(['suspend', 'job_1'], { handlers: { 'jobs.suspend': suspend } })).toMatchObject({ status: 0, stdout: 'job_1  suspended\n', stderr: '`tranche resume job_1` lets it go on.\n' })
    expect(suspend).toHaveBeenCalledWith({ id: 'job_1' })
    const handlers: RunOptions['handlers'] = { 'jobs.resume': () => contractJob({ state: 'queued' }) }
    expect((await run(['resume', 'job_1', '--json'], { handlers })).stderr).toContain('tranche jobs job_1 --wait')
    const served = await run(['resume', 'job_1', '--json'], { handlers, owner: { pid: 1, kind: 'serve', self: false } })
    expect(served).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(served.stdout)).toMatchObject({ id: 'job_1', state: 'queued' })
  })

  it('end with the lab\'s refusal', async () => {
    const refuse = () => {
      throw new TrancheError('conflict', 'job_1 is done.')
    }
    expect(await run(['suspend', 'job_1'], { handlers: { 'jobs.suspend': refuse } })).toMatchObject({ status: 1, stdout: '', stderr: 'tranche: job_1 is done.\n' })
  })

  it('are waited for: a suspended job has not ended', async () => {
    const suspended = contractJob({ state: 'suspended' })
    const states = [suspended, suspended, contractJob({ state: 'done', counts: { total: 1, done: 1, failed: 0 } })]
    const handlers: RunOptions['handlers'] = { 'jobs.get': () => states.length > 1 ? states.shift() ?? states[0] : states[0], 'devices.list': () => [device] }
    const ran = await run(['jobs', 'job_1', '--wait'], { handlers })
    expect(ran.status).toBe(0)
    expect(ran.stderr).toMatch(/^suspended: `tranche resume job_1` lets it go on\n[\s\S]*job_1 done: 1 picture/)
  })
})

describe('move', () => {
  const moved = async (...args: string[]) => {
    const move = vi.fn((_input: unknown) => report)
    const ran = await run(['move', 'job_1', ...args], { handlers: { ...devices, 'jobs.move': move } })
    return { ...ran, input: move.mock.calls[0]?.[0] }
  }

  it('picks the place by itself, and says where it went and what that cost', async () => {
    const { status, stdout, input } = await moved()
    expect({ status, input }).toEqual({ status: 0, input: { id: 'job_1' } })
    expect(stdout).toBe('job_1  1g.10gb@0 of Virtual A100 -> 3g.40gb@4 of Virtual A100  stopped for 7.4 ms, warmed up in 812 ms\n')
    expect(JSON.parse((await moved('--json')).stdout)).toEqual(report)
  })

  it('goes where it is told: names are made ids', async () => {
    expect((await moved('--slice', 'slice_a')).input).toEqual({ id: 'job_1', slice: 'slice_aa' })
    expect((await moved('--profile', '3g.40gb', '--device', 'class-room', '--tolerance', '1e-3')).input).toEqual({ id: 'job_1', profile: '3g.40gb', device: 'device_1', tolerance: 0.001 })
    expect((await moved('--memory', '8GiB')).input).toEqual({ id: 'job_1', need: { memoryMiB: 8192 } })
  })

  it('is refused before anything is moved where the slice is not known', async () => {
    expect(await moved('--slice', 'slice_x')).toMatchObject({ status: 2, input: undefined, stderr: expect.stringContaining('There is no slice slice_x') })
  })

  it('lists where a job could go, those that would do first, with what stands against the others', async () => {
    const target = { device: 'device_1', deviceName: 'Virtual A100', profile: '1g.10gb', start: 0, memoryMiB: 9856 }
    const targets: MoveTarget[] = [
      { ...target, slice: 'slice_aa', ok: false, reasons: ['It is held by vm-7.', 'It is too small.'] },
      { ...target, slice: 'slice_b', start: 3, ok: true, reasons: [] },
    ]
    const handlers: RunOptions['handlers'] = { 'jobs.moveTargets': () => targets }
    const { stdout } = await run(['move', 'job_1', '--list'], { handlers })
    expect(stdout.split('\n').slice(1)).toEqual([
      'slice_b   Virtual A100  1g.10gb@3  9.6 GiB  yes',
      'slice_aa  Virtual A100  1g.10gb@0  9.6 GiB  no   It is held by vm-7. It is too small.',
      '',
    ])
    expect(JSON.parse((await run(['move', 'job_1', '--list', '--json'], { handlers })).stdout)).toEqual(targets)
    expect((await run(['move', 'job_1', '--list'], { handlers: { 'jobs.moveTargets': () => [] } })).stdout).toContain('tranche lab add MODEL')
  })
})

describe('evacuate', () => {
  it('tells what went where, and fails with the reasons where something has to stay', async () => {
    const evacuate = (left: { job: string, why: string }[]) => run(['evacuate', 'class-room'], { handlers: { ...devices, 'devices.evacuate': ({ id }) => ({ moved: id === 'device_1' ? [report] : [], left }) } })
    expect(await evacuate([])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^job_1 {2}1g[\s\S]*\nNo job runs on Virtual A100 now\.\n$/) })
    expect(await evacuate([{ job: 'job_2', why: 'No other slice holds it.' }])).toMatchObject({ status: 1, stdout: expect.stringMatching(/\njob_2 {2}stays: No other slice holds it\.\nVirtual A100 is not empty\.\n$/) })
  })
})

describe('estimate', () => {
  const estimated = {
    files: [{ role: 'model', estimate: { weightsMiB: 240, activationsMiB: 72, totalMiB: 330, batch: 8, unknownNodes: 2, unknownOperators: ['NonZero', 'Loop'] } }],
    totalMiB: 330,
    fits: [
      { device: 'device_1', deviceName: 'One', profile: '1g.10gb', memoryMiB: 9856, ok: true },
      { device: 'device_2', deviceName: 'Two', profile: '1g.10gb', memoryMiB: 9856, ok: true },
      { device: 'device_2', deviceName: 'Two', profile: 'tiny', memoryMiB: 256, ok: false },
    ],
  }

  it('asks for the model with its sizes, and shows what it needs and what holds it', async () => {
    const cwd = tempDir()
    writeFileSync(join(cwd, 'm.onnx'), '')
    const estimate = vi.fn((_input: unknown) => estimated)
    const { status, stdout } = await run(['estimate', 'm.onnx', '--batch', '8', '--dim', 'a=b=3', '--dim', 'n=4'], { cwd, handlers: { 'models.estimate': estimate } })
    expect(status).toBe(0)
    expect(estimate).toHaveBeenCalledWith({ model: join(cwd, 'm.onnx'), batch: 8, dims: { 'a=b': 3, 'n': 4 } })
    expect(stdout.split('\n')).toEqual([
      'Needs about 330 MiB at batch 8',
      '         weights  activations  in all',
      '  model  240 MiB  72 MiB       330 MiB',
      '  model: not counted, as the graph does not tell its shapes before it runs: 2 nodes of NonZero, Loop',
      'fits       1g.10gb  9.6 GiB  One, Two',
      'too small  tiny     256 MiB  Two',
      '',
    ])
  })

  it('is the contract\'s own as JSON', async () => {
    expect(JSON.parse((await run(['estimate', 'silero', '--json'], { handlers: { 'models.estimate': () => estimated } })).stdout)).toEqual(estimated)
  })
})

describe('backends and isolation', () => {
  it('say what is here, and why the rest is not', async () => {
    const backends: Backend[] = [
      { id: 'cpu', name: 'CPU', installed: true, usable: true, detail: '2 cores' },
      { id: 'cuda', name: 'CUDA', installed: false, usable: false, detail: 'No NVIDIA driver.' },
    ]
    expect((await run(['backends'], { handlers: { 'backends.list': () => backends } })).stdout).toBe('cpu   here      CPU   2 cores\ncuda  not here  CUDA  No NVIDIA driver.\n')
    expect(JSON.parse((await run(['backends', '--json'], { handlers: { 'backends.list': () => backends } })).stdout)).toEqual(backends)
  })

  it('say what a worker cannot reach, and what it can', async () => {
    const isolation = { files: true, network: false, programs: true, endsWithLab: true, detail: 'Landlock 5.' }
    expect((await run(['isolation'], { handlers: { 'lab.isolation': () => isolation } })).stdout.split('\n')).toEqual([
      'On this host a worker',
      '  kept      cannot reach files other than those of its job',
      '  not kept  can reach the network',
      '  kept      cannot start other programs',
      '  kept      ends with the lab, even while it is stopped',
      'Landlock 5.',
      '',
    ])
  })
})

describe('how a job is to run', () => {
  it('is asked for as typed, and left out where nothing was', async () => {
    const submit = vi.fn((_input: unknown) => contractJob({ state: 'queued' }))
    const submitted = async (...args: string[]) => {
      expect(await run(['submit', '--recipe', 'tensor', ...args], { handlers: { 'jobs.submit': submit } })).toMatchObject({ status: 0 })
      return submit.mock.lastCall?.[0]
    }
    expect(await submitted('--backend', 'webgpu,cpu', '--backend', 'CUDA', '--backend', 'cpu', '--time-limit', '5m', '--batch', '8', '--param', 'seed=1'))
      .toEqual({ recipe: 'tensor', inputs: [], backends: ['webgpu', 'cpu', 'cuda'], timeLimitMs: 300_000, params: { batch: 8, seed: 1 } })
    expect(await submitted('--batch', 'max')).toEqual({ recipe: 'tensor', inputs: [], params: { batch: 'max' } })
    expect(await submitted('--serve', '--max-batch', '32', '--max-delay', '0')).toEqual({ recipe: 'tensor', inputs: [], serving: { maxBatch: 32, maxDelayMs: 0 } })
    expect(await submitted('--serve')).toEqual({ recipe: 'tensor', inputs: [], serving: { maxBatch: 16, maxDelayMs: 2 } })
  })
})

describe('a change of layout', () => {
  it('moves the jobs in the way only when told to', async () => {
    const apply = vi.fn((_input: unknown): never => {
      throw new TrancheError('in_use', 'It is held.')
    })
    const args = ['slice', 'apply', '--device', 'device_1', '--layout', '1g.10gb']
    await run(args, { handlers: { ...devices, 'slices.apply': apply } })
    expect(apply.mock.lastCall?.[0]).not.toHaveProperty('moveJobs')
    expect(await run([...args, '--move-jobs'], { handlers: { ...devices, 'slices.apply': apply } })).toMatchObject({ status: 1 })
    expect(apply.mock.lastCall?.[0]).toMatchObject({ moveJobs: true })
  })
})

describe('a job for a person', () => {
  const ran: BackendReport = { asked: ['webgpu', 'cpu'], nodes: [{ backend: 'webgpu', count: 12, operators: ['Conv', 'Relu'] }, { backend: 'cpu', count: 1, operators: ['NonZero'] }], fallback: 'webgpu does not know NonZero.' }
  const shown = async (different: Parameters<typeof contractJob>[0]) => (await run(['jobs', 'job_1'], { handlers: { 'jobs.get': () => contractJob(different) } })).stdout.split('\n')

  it('shows what ran it, and that it was moved', async () => {
    expect(await shown({ ran, moves: 2, lastPauseMs: 7.42, timeLimitMs: 30_000 })).toEqual(expect.arrayContaining([
      '  webgpu ran 12 nodes: Conv, Relu',
      '  cpu ran 1 node: NonZero',
      '  fallback: webgpu does not know NonZero.',
      '  moved 2 times, the last move stopped it for 7.4 ms',
      '  taken for hung after 30.0 s without progress',
    ]))
    expect((await shown({ moves: 1, backends: ['cuda', 'cpu'] })).slice(1, 3)).toEqual(['  may run on cuda, then cpu', '  moved once'])
  })

  it('shows how it stands: suspended, serving, on its way', async () => {
    expect(await shown({ state: 'suspended' })).toContain('  suspended: its slice is free for others, `tranche resume job_1` lets it go on')
    expect(await shown({ recipe: 'tensor', serving: { maxBatch: 16, maxDelayMs: 2 }, counts: { total: 0, done: 0, failed: 0 }, items: [] })).toEqual([
      'job_1 running: served requests in 2.5 s on 3g.40gb of device_1',
      '  answers requests: at most 16 together, the first waits 2 ms for others',
      '',
    ])
    const moving = { slice: report.to, phase: 'warming' as const }
    expect(await shown({ moving })).toContain('  moving to 3g.40gb@4 of device_1: the model is loading there')
    expect(progressLine(contractJob({ moving }), 'A100', null)).toBe('0/1 picture, 3g.40gb on A100, moving to 3g.40gb')
  })
})

describe('what keeps a worker within its slice', () => {
  const use: SliceUse = {
    sliceId: 'slice_b',
    cores: 1,
    threads: 2,
    memoryMiB: 900,
    usedMiB: 812,
    pid: 77,
    state: 'running',
    enforcement: {
      compute: { means: 'turns', share: 3 / 7, timeSliceMs: 5, detail: 'Its process is stopped and continued.' },
      memory: { means: 'watched', limitMiB: 40_192, detail: '' },
    },
    job: 'job_1',
  }

  it('is shown at its slice\'s letter, and only for slices with a worker', async () => {
    expect(enforcementLines(device, [use])).toEqual(['kept within the slice by', 'B  turns of 5 ms, 43 %  Its process is stopped and continued.  memory watched, 812 MiB of 39 GiB  pid 77'])
    expect(enforcementLines(device, [])).toEqual([])
    expect(enforcementLines(device, [{ ...use, sliceId: 'of another device' }])).toEqual([])
    const handlers: RunOptions['handlers'] = { ...devices, 'devices.use': () => [use] }
    expect((await run(['devices'], { handlers })).stdout).toContain('B  turns of 5 ms, 43 %')
    expect(JSON.parse((await run(['devices', '--json'], { handlers })).stdout)).toMatchObject([{ slices: [{ id: 'slice_aa' }, { id: 'slice_b', use }] }])
  })
})
