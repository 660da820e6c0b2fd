import type { Explanation, LayoutPlan } from '../../src-main/contract/model'
import type { RunOptions } from '../helpers/runCli'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { contractDevice, contractLease, contractSlice } from '../helpers/contractJob'
import { run } from '../helpers/runCli'
import { tempDir } from '../helpers/tempDir'

const device = contractDevice({
  slices: [
    contractSlice({ id: 'slice_a', profile: '2g.20gb', size: 2, memoryMiB: 19968, sm: 28 }),
    contractSlice({ id: 'slice_b', start: 5, lease: contractLease({ holder: 'job_12' }) }),
  ],
})
const devices: RunOptions['handlers'] = { 'devices.list': () => [device] }
const onDevice = ['--device', 'device_1']

const plan: LayoutPlan = {
  device: 'device_1',
  mode: 'mig',
  settings: {},
  before: device.slices,
  after: [{ profile: '3g.40gb', start: 0, size: 4 }, { profile: '1g.10gb', start: 6, size: 1 }],
  steps: [
    { op: 'configure', slice: null, profile: '', start: 0, size: 0, from: null, holder: null, interrupts: false },
    { op: 'destroy', slice: 'slice_a', profile: '2g.20gb', start: 0, size: 2, from: null, holder: null, interrupts: false },
    { op: 'move', slice: 'slice_b', profile: '1g.10gb', start: 6, size: 1, from: 5, holder: 'job_12', interrupts: true },
    { op: 'create', slice: null, profile: '3g.40gb', start: 0, size: 4, from: null, holder: null, interrupts: false, compute: [1, 2] },
  ],
  moves: 1,
  blocked: '1g.10gb at slot 5 is held by job_12.',
  holders: ['job_12'],
  strandedBefore: { sm: 66, memoryMiB: 50560 },
  strandedAfter: { sm: null, memoryMiB: null },
  commands: ['nvidia-smi mig -i 0 -cgi 9:0 -C'],
  basis: 'b1',
}

describe('wrong use of the slicing verbs', () => {
  it.each([
    ['a model that is missing', ['profiles'], /Missing required argument 'model'/],
    ['an unknown mode', ['layouts', 'A100-80GB', '--mode', 'mgi'], /Allowed choices are passthrough, sriov, vgpu, mig, shared/],
    ['mixed sizes of MIG', ['profiles', 'A100-80GB', '--mode', 'mig', '--mixed'], /--mixed is about vGPUs/],
    ['a limit of nothing', ['layouts', 'A100-80GB', '--limit', '0'], /whole number from 1/],
    ['a plan without a device', ['slice', 'plan', '--compact'], /'--device <device>' not specified/],
    ['a plan without a layout', ['slice', 'plan', ...onDevice], /--layout none, or --compact; one of them/],
    ['a layout and compaction', ['slice', 'apply', ...onDevice, '--layout', '1g.10gb', '--compact'], /one of them/],
    ['a layout that is none', ['slice', 'apply', ...onDevice, '--layout', '3g.40gb@'], /is no slice of a layout/],
    ['a layout file that is not there', ['slice', 'plan', ...onDevice, '--layout', 'no.json'], /There is no file \/no\.json/],
    ['a time slice out of range', ['slice', 'plan', ...onDevice, '--compact', '--time-slice', '31'], /1 to 30 ms/],
    ['nothing to destroy', ['slice', 'destroy'], /Name the slice to destroy/],
    ['a slice and a device', ['slice', 'destroy', 'slice_a', ...onDevice, '--all'], /Name the slice to destroy/],
    ['a whole device by accident', ['slice', 'destroy', ...onDevice], /--all for all of a device/],
    ['an explanation without a profile', ['slice', 'explain', ...onDevice], /'--profile <profile>' not specified/],
    ['a verb of slices that is missing', ['slice'], /Name what to do/],
    ['a lease that ends at once', ['lease', 'grant', 'vm-7', '--ttl', '0s'], /at least a second/],
    ['a size that is none', ['lease', 'grant', 'vm-7', '--memory', '4GB'], /4096, 4096MiB or 4GiB/],
    ['an engine that is none', ['lease', 'grant', 'vm-7', '--engines', 'cuda'], /nvdec, nvenc, nvjpg or ofa/],
    ['a renewal without an epoch', ['lease', 'renew', 'lease_1', '--ttl', '1h'], /'--epoch <n>' not specified/],
    ['an unknown format', ['export', 'docker'], /Allowed choices are mig-parted, nvidia-smi, device-plugin, slurm, vsphere/],
    ['a label and none', ['devices', 'label', 'device_1', 'x', '--clear'], /Say the label, or --clear/],
    ['no label at all', ['devices', 'label', 'device_1'], /Say the label, or --clear/],
    ['many of nothing', ['lab', 'add', 'A100-80GB', '--count', '0'], /whole number from 1/],
  ])('%s is told in a line with a next step, and opens nothing', async (_what, args, message) => {
    const ran = await run(args, { handlers: devices })
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) })
    expect(ran.opened).toEqual([])
  })
})

describe('a device on the command line', () => {
  const two = [
    contractDevice({ id: 'device_aa1', name: 'GPU one', label: 'red' }),
    contractDevice({ id: 'device_ab2', name: 'GPU two', label: 'red' }),
  ]
  const asked = async (given: string, all = two) => {
    const label = vi.fn(({ id }: { id: string }) => contractDevice({ id, label: 'x' }))
    const ran = await run(['devices', 'label', given, 'x'], { handlers: { 'devices.list': () => all, 'devices.label': label } })
    return { ...ran, id: label.mock.calls[0]?.[0].id }
  }

  it('is meant by its id, the beginning of one, its name or its label', async () => {
    for (const given of ['device_ab2', 'device_ab', 'gpu TWO'])
      expect(await asked(given), given).toMatchObject({ status: 0, id: 'device_ab2' })
    expect(await asked('red', [two[0], { ...two[1], label: 'blue' }])).toMatchObject({ id: 'device_aa1' })
  })

  it('is by its whole id even where another begins the same', async () => {
    expect(await asked('device_aa1', [two[0], contractDevice({ id: 'device_aa11' })])).toMatchObject({ id: 'device_aa1' })
  })

  it('is refused with the candidates where none or several are meant', async () => {
    expect(await asked('device_a')).toMatchObject({ status: 2, id: undefined, stderr: 'tranche: device_a means 2 devices: device_aa1 (GPU one, red), device_ab2 (GPU two, red). Name one by its id.\n' })
    expect(await asked('red')).toMatchObject({ status: 2, id: undefined, stderr: expect.stringMatching(/^tranche: red means 2 devices/) })
    expect(await asked('device_x')).toMatchObject({ status: 2, id: undefined, stderr: expect.stringMatching(/^tranche: There is no device device_x\. There are device_aa1 \(GPU one, red\)/) })
    expect(await asked('x', [])).toMatchObject({ status: 2, stderr: expect.stringContaining('tranche lab add MODEL') })
    const many = Array.from({ length: 1000 }, (_, i) => contractDevice({ id: `device_${i}` }))
    expect((await asked('nothing', many)).stderr).toMatch(/ and 992 more\.\n$/)
  })
})

describe('profiles', () => {
  const profile = { id: 19, computeSlices: 1, size: 1, maxInstances: 7, memoryMiB: 9856, memoryGiB: 9.625, memoryIsEstimate: false, computeShare: 1 / 7, sm: 14, engines: { copy: 1, nvdec: 0, nvenc: null, nvjpg: 0, ofa: 0 }, note: null }
  const answer = {
    model: 'A100-80GB',
    name: 'NVIDIA A100 80GB',
    mode: 'mig' as const,
    vgpuMode: null,
    slots: 8,
    computeSlices: 7,
    sm: 108,
    usableMiB: 80384,
    confidence: 'sure',
    sources: ['a guide'],
    profiles: [
      { ...profile, name: '2g.20gb', starts: [0, 2, 4], size: 2, memoryIsEstimate: true, note: 'R470' },
      { ...profile, name: '1g.10gb', starts: [0, 1, 2, 3, 4, 5, 6], engines: null },
    ],
  }

  it('are the contract\'s own as JSON, and a table with its sources for people', async () => {
    const list = vi.fn((_input: unknown) => answer)
    const handlers: RunOptions['handlers'] = { 'profiles.list': list }
    expect(JSON.parse((await run(['profiles', 'A100-80GB', '--json'], { handlers })).stdout)).toEqual(answer)
    expect((await run(['profiles', 'A100-80GB', '--mode', 'mig'], { handlers })).stdout.split('\n')).toEqual([
      'A100-80GB  NVIDIA A100 80GB, mig, 8 slots, 7 compute slices, 108 SMs, 79 GiB usable',
      'profile  id  compute  size  starts  max  GiB    SMs  engines',
      '2g.20gb  19  1        2     0,2,4   7    ~9.63  14   CE 1, NVENC ?',
      '1g.10gb  19  1        1     0-6     7    9.63   14   -',
      '~ a cautious estimate: no source tells the usable memory',
      '2g.20gb: R470',
      'How sure: sure',
      'Source: a guide',
      '',
    ])
    await run(['profiles', 'A100-80GB', '--mixed'], { handlers })
    expect(list.mock.calls.map(([input]) => input)).toEqual([{ model: 'A100-80GB' }, { model: 'A100-80GB', mode: 'mig' }, { model: 'A100-80GB', mode: 'vgpu', vgpuMode: 'mixed' }])
  })
})

describe('layouts', () => {
  const layouts = [{ slices: [{ profile: '4g.40gb', start: 0, size: 4 }, { profile: '3g.40gb', start: 4, size: 4 }], maximal: true, sm: 98, memoryMiB: 80384, stranded: { sm: 10, memoryMiB: 0 } }]
  const list = vi.fn((_input: unknown) => ({ model: 'A100-80GB', mode: 'mig' as const, layouts, truncated: true, distinct: false }))
  const handlers: RunOptions['handlers'] = { 'layouts.list': list, 'profiles.list': () => ({ model: 'A100-80GB', name: '', mode: 'mig', vgpuMode: null, slots: 8, computeSlices: 7, sm: 108, usableMiB: 80384, confidence: '', sources: [], profiles: [] }) }

  it('are drawn to scale in words that --layout takes, with a count', async () => {
    expect((await run(['layouts', 'A100-80GB', '--maximal', '--profiles', '3g.40gb,4g.40gb', '--limit', '1'], { handlers })).stdout.split('\n')).toEqual([
      ' 0   1   2   3   4   5   6   7',
      '|AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB|  4g.40gb@0,3g.40gb@4  maximal, strands 10 SMs, 0 MiB',
      '1 layout of A100-80GB in mode mig; there are more: raise --limit, or name --profiles',
      '',
    ])
    expect(list).toHaveBeenLastCalledWith({ model: 'A100-80GB', maximal: true, profiles: ['3g.40gb', '4g.40gb'], limit: 1 })
  })

  it('are the contract\'s own as JSON', async () => {
    expect(JSON.parse((await run(['layouts', 'A100-80GB', '--json'], { handlers: { 'layouts.list': list } })).stdout)).toEqual({ model: 'A100-80GB', mode: 'mig', layouts, truncated: true, distinct: false })
  })
})

describe('a plan', () => {
  const answered = () => {
    const planned = vi.fn((_input: unknown) => plan)
    return { planned, handlers: { ...devices, 'slices.plan': planned } satisfies RunOptions['handlers'] }
  }

  it('shows the device before and after, each step in words, and the holders', async () => {
    const { handlers } = answered()
    expect((await run(['slice', 'plan', ...onDevice, '--layout', '3g.40gb@0/1c+2c,1g.10gb'], { handlers, columns: 100 })).stdout.split('\n')).toEqual([
      'device_1  mig',
      '  before  |AAAAAAAA············BBBB········|  2g.20gb@0,1g.10gb@5',
      '  after   |AAAAAAAAAAAAAAAA········BBBB····|  3g.40gb@0,1g.10gb@6',
      '  1. set the device to mig',
      '  2. destroy 2g.20gb, slots 0-1',
      '  3. move 1g.10gb from slot 5 to slot 6, held by job_12, which stands still meanwhile',
      '  4. create 3g.40gb, slots 0-3, with compute instances 1c + 2c',
      '  1 held slice to move',
      '  Cannot be applied now: 1g.10gb at slot 5 is held by job_12.',
      '  held by job_12',
      '  stranded: 66 SMs, 49 GiB -> unknown',
      '  The same on real hardware:',
      '    nvidia-smi mig -i 0 -cgi 9:0 -C',
      '',
    ])
  })

  it('asks with all that was typed, and answers with the plan as JSON', async () => {
    const { planned, handlers } = answered()
    const typed = ['slice', 'plan', ...onDevice, '--mode', 'vgpu', '--vgpu', 'mixed', '--policy', 'equal-share', '--time-slice', '2', '--functions', '4', '--layout', '2 x A100D-8C', '--json']
    expect(JSON.parse((await run(typed, { handlers })).stdout)).toEqual({ ...plan, before: plan.before })
    expect(planned).toHaveBeenCalledWith({ device: 'device_1', mode: 'vgpu', settings: { functions: 4, vgpuMode: 'mixed', policy: 'equal-share', timeSliceMs: 2 }, layout: [{ profile: 'A100D-8C' }, { profile: 'A100D-8C' }] })
    await run(['slice', 'apply', '--dry-run', ...onDevice, '--compact', '--time-slice', 'default', '--json'], { handlers })
    expect(planned).toHaveBeenLastCalledWith({ device: 'device_1', settings: { timeSliceMs: null }, layout: 'compact' })
  })

  it('takes its layout from a file or from standard input', async () => {
    const cwd = tempDir()
    const json = '[{"profile":"3g.40gb","start":4,"size":4}]'
    writeFileSync(join(cwd, 'wanted.json'), json)
    const { planned, handlers } = answered()
    await run(['slice', 'plan', ...onDevice, '--layout', 'wanted.json', '--json'], { handlers, cwd })
    await run(['slice', 'plan', ...onDevice, '--layout', '-', '--json'], { handlers, stdin: json })
    expect(planned.mock.calls.map(([input]) => input)).toEqual(Array.from({ length: 2 }, () => ({ device: 'device_1', layout: [{ profile: '3g.40gb', start: 4 }] })))
    expect(await run(['slice', 'plan', ...onDevice, '--layout', '-'], { handlers, stdin: '{' })).toMatchObject({ status: 2, stderr: expect.stringMatching(/^tranche: Standard input is not JSON/) })
  })

  it('draws another mode by that mode\'s own slots', async () => {
    const vgpu = { ...plan, mode: 'vgpu' as const, settings: { vgpuMode: 'equal' as const }, after: [{ profile: 'A100D-20C', start: 10, size: 10 }], steps: [] }
    const handlers: RunOptions['handlers'] = { ...devices, 'slices.plan': () => vgpu, 'slices.offers': () => ({ illegal: null, slots: 40, usableMiB: 81920, slices: [], stranded: { sm: null, memoryMiB: null }, profiles: [] }) }
    const { stdout } = await run(['slice', 'plan', ...onDevice, '--mode', 'vgpu', '--layout', 'A100D-20C'], { handlers, columns: 100 })
    expect(stdout).toContain(`  after   |${'·'.repeat(10)}${'A'.repeat(10)}${'·'.repeat(20)}|  A100D-20C@10\n  Nothing has to change.`)
  })

  it('is applied, and the new floor plan shown', async () => {
    const after = contractDevice({ slices: [contractSlice({ id: 'slice_c', profile: '3g.40gb', size: 4, memoryMiB: 40192, sm: 42 })] })
    const applied = vi.fn((_input: unknown) => ({ plan, device: after }))
    const handlers: RunOptions['handlers'] = { ...devices, 'slices.apply': applied }
    const ran = await run(['slice', 'apply', ...onDevice, '--layout', '3g.40gb', '--basis', 'b1'], { handlers })
    expect(ran.stdout).toMatch(/ {2}1\. set the device to mig\n[\s\S]*\n\nVirtual A100[\s\S]*A {2}3g\.40gb/)
    expect(applied).toHaveBeenCalledWith({ device: 'device_1', layout: [{ profile: '3g.40gb' }], basis: 'b1' })
    expect(JSON.parse((await run(['slice', 'apply', ...onDevice, '--layout', 'none', '--json'], { handlers })).stdout)).toEqual({ plan, device: after })
  })

  it('is taken back, or only shown how', async () => {
    const undo = vi.fn((_input: unknown) => ({ plan, device }))
    const handlers: RunOptions['handlers'] = { ...devices, 'slices.undo': undo }
    expect((await run(['slice', 'undo', ...onDevice], { handlers })).stdout).toContain('\n\nVirtual A100')
    expect((await run(['slice', 'undo', ...onDevice, '--dry-run'], { handlers })).stdout).not.toContain('Virtual A100')
    expect(undo.mock.calls.map(([input]) => input)).toEqual([{ device: 'device_1', dry: false }, { device: 'device_1', dry: true }])
  })
})

describe('slice explain', () => {
  const refusal: Explanation = {
    fits: false,
    start: null,
    starts: [],
    rule: 'overlap',
    message: '2g.20gb needs start 0, 2 or 4.',
    blockedBy: [{ slice: 'slice_b', profile: '1g.10gb', start: 5, size: 1, holder: 'job_12' }],
    smallestChange: [{ move: 'slice_b', profile: '1g.10gb', from: 5, to: 6 }],
  }

  it('says where it does not fit, and gives the command that lets it in', async () => {
    const explain = vi.fn((_input: unknown) => refusal)
    const handlers: RunOptions['handlers'] = { ...devices, 'slices.explain': explain }
    const ran = await run(['slice', 'explain', ...onDevice, '--profile', '2g.20gb', '--count', '2'], { handlers })
    expect(ran.status).toBe(0)
    expect(ran.stdout.split('\n')).toEqual([
      'does not fit (overlap)',
      '2g.20gb needs start 0, 2 or 4.',
      'In the way:',
      '   1g.10gb  slot 5  job_12  slice_b',
      'The smallest change that lets it in:',
      '  move 1g.10gb from slot 5 to slot 6 (slice_b)',
      '  tranche slice apply --device device_1 --layout "2g.20gb@0,1g.10gb@6,2g.20gb,2g.20gb"',
      '',
    ])
    expect(explain).toHaveBeenCalledWith({ device: 'device_1', profile: '2g.20gb', count: 2 })
    const json = await run(['slice', 'explain', ...onDevice, '--profile', '2g.20gb', '--json'], { handlers })
    expect(json.status).toBe(0)
    expect(JSON.parse(json.stdout)).toEqual(refusal)
  })

  it('leaves out of the command what has to be removed', async () => {
    const handlers: RunOptions['handlers'] = { ...devices, 'slices.explain': () => ({ ...refusal, smallestChange: [{ move: 'slice_b', profile: '1g.10gb', from: 5, to: null }] }) }
    const { stdout } = await run(['slice', 'explain', ...onDevice, '--profile', '4g.40gb'], { handlers })
    expect(stdout).toContain('  remove 1g.10gb from slot 5 (slice_b)\n  tranche slice apply --device device_1 --layout "2g.20gb@0,4g.40gb"\n')
  })

  it('says where it fits', async () => {
    const fits: Explanation = { fits: true, start: 6, starts: [6, 4], rule: null, message: '', blockedBy: [], smallestChange: [] }
    expect(await run(['slice', 'explain', ...onDevice, '--profile', '1g.10gb'], { handlers: { ...devices, 'slices.explain': () => fits } })).toMatchObject({ status: 0, stdout: 'fits at slot 6, slot 4\n' })
  })
})

describe('slice destroy', () => {
  it('takes a slice by the beginning of its id, or all of a device', async () => {
    const destroy = vi.fn((_input: unknown) => contractDevice())
    const handlers: RunOptions['handlers'] = { ...devices, 'slices.destroy': destroy }
    expect(await run(['slice', 'destroy', 'slice_a'], { handlers })).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing is cut') })
    await run(['slice', 'destroy', ...onDevice, '--all'], { handlers })
    expect(destroy.mock.calls.map(([input]) => input)).toEqual([{ slice: 'slice_a' }, { device: 'device_1' }])
    expect(await run(['slice', 'destroy', 'slice_'], { handlers })).toMatchObject({ status: 2, stderr: expect.stringContaining('slice_ means 2 slices: slice_a (2g.20gb@0 of Virtual A100)') })
    expect(await run(['slice', 'destroy', 'slice_x'], { handlers })).toMatchObject({ status: 2 })
    expect(destroy).toHaveBeenCalledTimes(2)
  })

  it('ends with status 1 and the holders where one is held', async () => {
    const handlers: RunOptions['handlers'] = { ...devices, 'slices.destroy': () => {
      throw new TrancheError('in_use', 'job_12 holds it.')
    } }
    expect(await run(['slice', 'destroy', 'slice_b'], { handlers })).toMatchObject({ status: 1, stderr: 'tranche: job_12 holds it.\n' })
  })
})

describe('lab add', () => {
  it('asks for many at once; one is an object as JSON, several are an array', async () => {
    const add = vi.fn(({ count }: { count: number }) => Array.from({ length: count }, (_, i) => contractDevice({ id: `device_${i}` })))
    const handlers: RunOptions['handlers'] = { 'lab.add': add }
    const one = await run(['lab', 'add', 'A100-80GB', '--json'], { handlers })
    expect(JSON.parse(one.stdout)).toMatchObject({ id: 'device_0' })
    const many = await run(['lab', 'add', 'A100-80GB', '--count', '3', '--json'], { handlers })
    expect(JSON.parse(many.stdout)).toHaveLength(3)
    const told = await run(['lab', 'add', 'A100-80GB', '--count', '30', '--mode', 'mig', '--layout', '7x1g.10gb', '--label', 'fleet'], { handlers })
    expect(told.stdout).toMatch(/\nand 10 more\nAdded 30 virtual GPUs\.\n$/)
    expect(add).toHaveBeenLastCalledWith({ model: 'A100-80GB', count: 30, label: 'fleet', mode: 'mig', layout: Array.from({ length: 7 }, () => ({ profile: '1g.10gb' })) })
  })
})

describe('leases', () => {
  const held = { ...contractLease({ holder: 'vm-7', holderKind: 'outside' }), slices: [{ slice: 'slice_a', device: 'device_1', deviceName: 'Virtual A100', profile: '2g.20gb', start: 0, size: 2 }] }

  it('are granted for what was typed, by profile or by need', async () => {
    const grant = vi.fn((_input: unknown) => held)
    const handlers: RunOptions['handlers'] = { ...devices, 'leases.grant': grant }
    expect(await run(['lease', 'grant', 'vm-7', '--profile', '2g.20gb', '--device', 'device', '--count', '2', '--ttl', '30m', '--idle', '10m', '--no-cut'], { handlers })).toMatchObject({
      status: 0,
      stdout: 'vm-7  lease_1  epoch 1\n   2g.20gb@0  Virtual A100  slice_a\n',
    })
    await run(['lease', 'grant', 'vm-7', '--memory', '8GiB', '--share', '0.5', '--models', 'A100-80GB', '--label', 'red', '--json'], { handlers })
    expect(grant.mock.calls.map(([input]) => input)).toEqual([
      { holder: 'vm-7', profile: '2g.20gb', device: 'device_1', count: 2, cut: false, expiresInMs: 1_800_000, idleAfterMs: 600_000 },
      { holder: 'vm-7', need: { memoryMiB: 8192, computeShare: 0.5, models: ['A100-80GB'], label: 'red' }, count: 1, cut: true, expiresInMs: null, idleAfterMs: null },
    ])
    expect(await run(['lease', 'grant', 'job_7', '--profile', '2g.20gb'], { handlers })).toMatchObject({ status: 2, stderr: expect.stringContaining('begin with job_ are those of jobs') })
  })

  it('are renewed under their epoch, and released', async () => {
    const renew = vi.fn((_input: unknown) => ({ ...held, expiresAtMs: Date.now() + 3_599_900 }))
    const release = vi.fn(({ id }: { id: string }) => ({ id }))
    const handlers: RunOptions['handlers'] = { 'leases.renew': renew, 'leases.release': release }
    expect((await run(['lease', 'renew', 'lease_1', '--epoch', '3', '--ttl', '1h'], { handlers })).stdout).toMatch(/epoch 1 {2}ends in (?:59|60) min|ends in 1 h 0 min/)
    await run(['lease', 'renew', 'lease_1', '--epoch', '3'], { handlers })
    expect(renew.mock.calls.map(([input]) => input)).toEqual([{ id: 'lease_1', epoch: 3, expiresInMs: 3_600_000 }, { id: 'lease_1', epoch: 3, expiresInMs: null }])
    expect((await run(['lease', 'release', 'lease_1'], { handlers })).stdout).toBe('Released lease_1.\n')
    await run(['lease', 'release', 'lease_1', '--revoke'], { handlers })
    expect(release.mock.calls.map(([input]) => input)).toEqual([{ id: 'lease_1', revoke: false }, { id: 'lease_1', revoke: true }])
  })

  it('are listed, with what to do where there is none', async () => {
    expect((await run(['lease', 'ls'], { handlers: { 'leases.list': () => [] } })).stdout).toContain('tranche lease grant HOLDER')
    expect(JSON.parse((await run(['lease', 'ls', '--json'], { handlers: { 'leases.list': () => [held] } })).stdout)).toEqual([held])
  })
})
