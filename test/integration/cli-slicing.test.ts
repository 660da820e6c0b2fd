import type { Device, Explanation, LayoutPlan, Slice } from '../../src-main/contract/model'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { cli, cliJson, startCli } from '../helpers/cliProcess'
import { tempDir } from '../helpers/tempDir'

let state: string

beforeEach(() => {
  state = join(tempDir(), 'state')
})

/** The JSON that a command answers with status 0. */
async function ask<T>(...args: string[]): Promise<T> {
  const { status, answer, stderr } = await cliJson(...args, '--state', state)
  expect(status, stderr).toBe(0)
  return answer
}

/** What a command that ends with this status said. */
async function refused(status: number, ...args: string[]): Promise<string> {
  const ran = await cliJson(...args, '--state', state)
  expect(ran.status, ran.stderr).toBe(status)
  expect(ran.answer).toMatchObject({ error: { message: expect.any(String) } })
  return ran.stderr
}

const add = (layout: string, ...more: string[]) => ask<Device>('lab', 'add', 'A100-80GB', '--layout', layout, ...more)
const placed = (slices: readonly Pick<Slice, 'profile' | 'start'>[]) => slices.map(({ profile, start }) => `${profile}@${start}`).sort()
async function now(id: string) {
  const device = (await ask<Device[]>('devices')).find(each => each.id === id)
  return { mode: device?.mode, layout: placed(device?.slices ?? []) }
}

describe('what a model can be cut into', () => {
  it('is its table\'s profiles', async () => {
    const { profiles, slots } = await ask<{ profiles: { name: string }[], slots: number }>('profiles', 'A100-80GB')
    expect(slots).toBe(8)
    expect(profiles.find(({ name }) => name === '1g.10gb')).toMatchObject({ id: 19, computeSlices: 1, starts: [0, 1, 2, 3, 4, 5, 6], size: 1, maxInstances: 7, memoryMiB: 9856, sm: 14 })
    const vgpu = await ask<{ profiles: { name: string, maxInstances: number }[] }>('profiles', 'A100-80GB', '--mixed')
    expect(vgpu).toMatchObject({ mode: 'vgpu', vgpuMode: 'mixed' })
    expect(vgpu.profiles.find(({ name }) => name === 'A100D-16C')).toMatchObject({ maxInstances: 4 })
    expect((await cli('profiles', 'RTX-PRO-6000-Blackwell-96GB', '--state', state)).stdout).toMatch(/mig, 12 slots[\s\S]*Source: /)
  })

  it('is refused for a model without a table, and for a mode that it has not', async () => {
    expect(await refused(2, 'profiles', 'A1000')).toContain('A100-80GB')
    expect(await refused(1, 'layouts', 'T4-16GB', '--mode', 'mig')).toMatch(/T4-16GB .*vgpu/)
  })

  it('has the classic 19 maximal layouts of five profiles', async () => {
    const classic = ['--maximal', '--profiles', '1g.10gb,2g.20gb,3g.40gb,4g.40gb,7g.80gb']
    const { model, layouts } = await ask<{ model: string, layouts: { slices: Slice[], maximal: boolean, stranded: unknown }[] }>('layouts', 'A100-80GB', ...classic)
    expect(model).toBe('A100-80GB')
    expect(layouts).toHaveLength(19)
    expect(new Set(layouts.map(({ slices }) => slices.map(({ profile }) => profile).sort().join())).size).toBe(14)
    expect(layouts.every(({ maximal }) => maximal)).toBe(true)
    expect(layouts.find(({ slices }) => placed(slices).join() === '3g.40gb@4,4g.40gb@0')).toMatchObject({
      slices: [{ profile: '4g.40gb', start: 0, size: 4 }, { profile: '3g.40gb', start: 4, size: 4 }],
      maximal: true,
      sm: 98,
      memoryMiB: 80384,
      stranded: { sm: 10, memoryMiB: 0 },
    })
    const { stdout } = await cli('layouts', 'A100-80GB', ...classic, '--state', state)
    expect(stdout).toContain('|AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB|  4g.40gb@0,3g.40gb@4')
    expect(stdout).toMatch(/\n19 layouts of A100-80GB in mode mig\n$/)
    expect(await refused(2, 'layouts', 'A100-80GB', '--profiles', '9g.90gb')).toContain('1g.10gb')
  })

  it('is cut short where there are more layouts than were asked for', async () => {
    expect(await ask('layouts', 'A100-80GB', '--limit', '5')).toMatchObject({ truncated: true, layouts: { length: 5 } })
  })
})

describe('a change of layout', () => {
  it('is planned without changing anything, applied, and taken back', async () => {
    const { id } = await add('4g.40gb@0,1g.10gb@5')
    const wanted = ['--device', id, '--layout', '3g.40gb@4,2g.20gb,1g.10gb x2']
    const plan = await ask<LayoutPlan>('slice', 'plan', ...wanted)
    expect(placed(plan.before)).toEqual(['1g.10gb@5', '4g.40gb@0'])
    expect(plan).toMatchObject({ blocked: null, holders: [], moves: 0, strandedBefore: { sm: 38 }, strandedAfter: { sm: 10 } })
    expect(plan.commands.join('\n')).toContain('nvidia-smi mig')
    expect(await ask('slice', 'apply', '--dry-run', ...wanted)).toEqual(plan)
    expect(await now(id)).toEqual({ mode: 'mig', layout: ['1g.10gb@5', '4g.40gb@0'] })

    const { device } = await ask<{ device: Device }>('slice', 'apply', ...wanted, '--basis', plan.basis)
    expect(placed(device.slices)).toEqual(placed(plan.after))
    expect((await now(id)).layout).toContain('3g.40gb@4')
    expect(await refused(1, 'slice', 'apply', ...wanted, '--basis', plan.basis)).toContain('has changed since')

    await ask('slice', 'undo', '--device', id, '--dry-run')
    expect((await now(id)).layout).toContain('3g.40gb@4')
    await ask('slice', 'undo', '--device', id)
    expect(await now(id)).toEqual({ mode: 'mig', layout: ['1g.10gb@5', '4g.40gb@0'] })
    expect(await refused(1, 'slice', 'undo', '--device', id)).toContain('take back')
  })

  it('is drawn for a person, before and after', async () => {
    const { id } = await add('none')
    const { status, stdout } = await cli('slice', 'apply', '--device', id, '--layout', '7g.80gb', '--state', state)
    expect(status).toBe(0)
    expect(stdout).toMatch(/before {2}\|·+\| {2}none\n {2}after {3}\|A+\| {2}7g\.80gb@0\n {2}1\. create 7g\.80gb, slots 0-7\n/)
    expect(stdout).toMatch(/\n\nVirtual A100-80GB .*\n {2}id device_/)
  })

  it('takes its layout as JSON from standard input', async () => {
    const { id } = await add('none')
    const { status, stdout } = await startCli(['slice', 'apply', '--device', id, '--layout', '-', '--json', '--state', state], {}, '[{"profile":"3g.40gb","start":4,"compute":[1,2]}]').ended
    expect(status).toBe(0)
    const { device } = JSON.parse(stdout) as { device: Device }
    expect(device.slices.map(({ profile, start, size, parentId }) => ({ profile, start, size, within: parentId !== null }))).toEqual(expect.arrayContaining([
      { profile: '3g.40gb', start: 4, size: 4, within: false },
      { profile: '1c.3g.40gb', start: 0, size: 1, within: true },
      { profile: '2c.3g.40gb', start: 1, size: 2, within: true },
    ]))
  })

  it('makes room by compaction', async () => {
    const { id } = await add('1g.10gb@0,1g.10gb@3')
    const asked = ['slice', 'explain', '--device', id, '--profile', '4g.40gb']
    expect(await ask<Explanation>(...asked)).toMatchObject({ fits: false })
    await ask('slice', 'apply', '--device', id, '--compact')
    expect(await ask<Explanation>(...asked)).toMatchObject({ fits: true })
  })

  it('goes through every mode, by its own rules', async () => {
    const { id } = await add('none', '--label', 'red')
    const to = (...args: string[]) => ask<{ device: Device }>('slice', 'apply', '--device', 'red', ...args)
    expect((await to('--mode', 'vgpu', '--vgpu', 'mixed', '--policy', 'equal-share', '--time-slice', '2', '--layout', 'A100D-20C,A100D-8C')).device).toMatchObject({ mode: 'vgpu', settings: { vgpuMode: 'mixed', policy: 'equal-share', timeSliceMs: 2 }, slices: { length: 2 } })
    expect(await refused(1, 'slice', 'plan', '--device', id, '--policy', 'fixed-share', '--layout', 'none')).toMatch(/fixed share/i)
    expect((await to('--mode', 'sriov', '--functions', '4', '--layout', 'vf x4')).device).toMatchObject({ mode: 'sriov', slots: 4, slices: { length: 4 } })
    expect((await to('--mode', 'passthrough', '--layout', 'passthrough')).device).toMatchObject({ mode: 'passthrough', slices: [{ profile: 'passthrough' }] })
    expect((await to('--mode', 'shared', '--layout', 'none')).device).toMatchObject({ mode: 'shared', slices: [] })
    await ask('slice', 'undo', '--device', 'red')
    expect(await now(id)).toEqual({ mode: 'passthrough', layout: ['passthrough@0'] })
  })

  it.each([
    ['a profile that it has not', '9g.90gb', /no profile 9g\.90gb\. It has .*1g\.10gb/],
    ['a start that is not legal', '3g.40gb@1', /3g\.40gb can start at slot 0 or 4, not at 1/],
    ['slices that overlap', '4g.40gb@0,2g.20gb@2', /needs slots 2-3|holds slots 0-3/],
    ['more compute than it has', '4g.40gb,4g.40gb', /4g\.40gb/],
  ])('into %s is refused by its rule, and changes nothing', async (_what, layout, message) => {
    const { id } = await add('1g.10gb@6')
    expect(await refused(1, 'slice', 'apply', '--device', id, '--layout', layout)).toMatch(message)
    expect((await now(id)).layout).toEqual(['1g.10gb@6'])
  })

  it('of a device that is not there, or not clear, names those that are', async () => {
    const a = await add('none')
    const b = await add('none')
    expect(await refused(2, 'slice', 'plan', '--device', 'device_x', '--compact')).toContain(a.id)
    expect(await refused(2, 'slice', 'plan', '--device', 'device_', '--compact')).toContain(b.id)
  })
})

describe('why a slice does not fit', () => {
  it('comes with the smallest change, which lets it in', async () => {
    const { id, slices } = await add('4g.40gb@0,1g.10gb@5')
    const inTheWay = slices.find(({ profile }) => profile === '1g.10gb')?.id
    const asked = ['slice', 'explain', '--device', id, '--profile', '2g.20gb']
    expect(await ask<Explanation>(...asked)).toMatchObject({
      fits: false,
      start: null,
      rule: 'overlap',
      blockedBy: expect.arrayContaining([{ slice: inTheWay, profile: '1g.10gb', start: 5, size: 1, holder: null }]),
      smallestChange: [{ move: inTheWay, from: 5, to: 6 }],
    })
    const command = (await cli(...asked, '--state', state)).stdout.split('\n').find(line => line.includes('tranche slice apply')) ?? ''
    const layout = /--layout "(.*)"$/.exec(command)?.[1] ?? ''
    expect(layout).toBe('4g.40gb@0,1g.10gb@6,2g.20gb')

    await ask('slice', 'apply', '--device', id, '--layout', layout.replace(',2g.20gb', ''))
    expect(await ask<Explanation>(...asked)).toMatchObject({ fits: true, start: 4, rule: null, blockedBy: [], smallestChange: [] })
    await ask('slice', 'apply', '--device', id, '--layout', layout)
    expect((await now(id)).layout).toEqual(['1g.10gb@6', '2g.20gb@4', '4g.40gb@0'])
    await ask('slice', 'undo', '--device', id)
    await ask('slice', 'undo', '--device', id)
    expect((await now(id)).layout).toEqual(['1g.10gb@5', '4g.40gb@0'])
  })

  it('is told for a profile that no device has, too', async () => {
    const { id } = await add('none')
    expect(await cliJson('slice', 'explain', '--device', id, '--profile', '9g.90gb', '--state', state)).toMatchObject({ status: 0, answer: { fits: false, rule: 'unknown-profile', smallestChange: [] } })
    expect(await cliJson('slice', 'explain', '--device', id, '--profile', '1g.10gb', '--count', '8', '--state', state)).toMatchObject({ status: 0, answer: { fits: false } })
  })
})

describe('slices that are held', () => {
  it('are not changed: the refusal names who holds them', async () => {
    const { id, slices: [slice] } = await add('1g.10gb@5')
    const lease = await ask<{ id: string, epoch: number }>('lease', 'grant', 'vm-7', '--device', id, '--profile', '1g.10gb', '--ttl', '1h')
    for (const args of [['destroy', slice.id], ['destroy', '--device', id, '--all'], ['apply', '--device', id, '--layout', '7g.80gb'], ['apply', '--device', id, '--mode', 'passthrough', '--layout', 'none']])
      expect(await refused(1, 'slice', ...args), args.join(' ')).toContain('vm-7')
    expect(await ask('slice', 'plan', '--device', id, '--layout', '7g.80gb')).toMatchObject({ blocked: expect.stringContaining('vm-7'), holders: ['vm-7'] })
    expect(await cliJson('slice', 'explain', '--device', id, '--profile', '7g.80gb', '--state', state)).toMatchObject({ answer: { blockedBy: [{ slice: slice.id, holder: 'vm-7' }] } })
    expect((await cli('devices', '--state', state)).stdout).toMatch(/1g\.10gb {2}slot 5 .* vm-7 {2}slice_/)
    expect(await refused(1, 'lab', 'rm', id)).toContain('vm-7')

    await ask('lease', 'release', lease.id)
    expect(await ask('slice', 'destroy', slice.id)).toMatchObject({ id, slices: [] })
    expect(await refused(2, 'slice', 'destroy', slice.id)).toContain('There is no slice')
    await ask('slice', 'undo', '--device', id)
    expect((await now(id)).layout).toEqual(['1g.10gb@5'])
  })

  it('are renewed under their epoch alone, listed, and released once', async () => {
    const { id: device } = await add('none')
    const lease = await ask<{ id: string, epoch: number, expiresAtMs: number }>('lease', 'grant', 'team.a', '--device', device, '--profile', '2g.20gb', '--count', '2', '--ttl', '10m', '--idle', '1h')
    expect(lease).toMatchObject({ holder: 'team.a', holderKind: 'outside', idleAfterMs: 3_600_000, slices: [{ profile: '2g.20gb', device }, { profile: '2g.20gb', device }] })
    const renewed = await ask<{ expiresAtMs: number }>('lease', 'renew', lease.id, '--epoch', String(lease.epoch), '--ttl', '2h')
    expect(renewed.expiresAtMs).toBeGreaterThan(lease.expiresAtMs)
    expect(await refused(1, 'lease', 'renew', lease.id, '--epoch', String(lease.epoch + 1))).toContain('epoch')
    expect(await ask('lease', 'ls')).toMatchObject([{ id: lease.id }])
    await ask('lease', 'release', lease.id)
    expect(await refused(2, 'lease', 'release', lease.id)).toContain('tranche lease ls')
    expect(await ask('lease', 'ls')).toEqual([])
  })

  it('are all that was asked for, or none', async () => {
    const { id } = await add('none')
    await refused(1, 'lease', 'grant', 'vm-7', '--device', id, '--profile', '1g.10gb', '--count', '8')
    expect(await ask('lease', 'ls')).toEqual([])
    expect((await now(id)).layout).toEqual([])
  })

  it('are parts of any size on a shared device, made with the lease and gone with it', async () => {
    const { id } = await add('none', '--mode', 'shared')
    const lease = await ask<{ id: string }>('lease', 'grant', 'vm-7', '--device', id, '--memory', '8GiB')
    expect(lease).toMatchObject({ slices: [{ profile: '8192MiB' }] })
    await ask('lease', 'grant', 'vm-8', '--device', id, '--share', '0.5')
    expect((await now(id)).layout).toHaveLength(2)
    await ask('lease', 'release', lease.id)
    expect((await now(id)).layout).toHaveLength(1)
  })
})
