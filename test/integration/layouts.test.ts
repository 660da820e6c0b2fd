import type { HardwareCutter } from '../../src-main/broker/hardwareCutter'
import type { LayoutStep, Placement } from '../../src-main/contract/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkInvariants } from '../../src-main/doctor/invariants'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { gpus, settle, wireLab } from '../helpers/fakeLab'
import { tempDir } from '../helpers/tempDir'

let paths: ReturnType<typeof prepareStateDir>
let lab: ReturnType<typeof wireLab>
const broken = () => checkInvariants({ store: lab.store, tablesFor: () => gpus, jobsDir: paths.jobs, nowMs: lab.nowMs() }).filter(({ ok }) => !ok)
const shape = (id: string) => lab.devices.describe(id).slices.map(({ profile, start }) => `${profile}@${start}`)

beforeEach(() => {
  paths = prepareStateDir(tempDir())
  lab = wireLab(paths)
})
afterEach(async () => {
  lab.leases.close()
  lab.dispatcher.close()
  lab.store.close()
})

describe('a layout of a virtual GPU', () => {
  const add = (more: object = {}) => lab.devices.add({ model: 'A100-80GB', count: 1, ...more })[0]

  it('is planned without a change, applied, and taken back, change by change', async () => {
    const { id } = add()
    const before = shape(id)
    const wish = { device: id, layout: [{ profile: '4g.40gb' }, { profile: '3g.40gb', start: 4 }] }
    const plan = lab.layouts.plan(wish)
    expect(plan).toMatchObject({ blocked: null, moves: 0, strandedAfter: { sm: 10, memoryMiB: 0 } })
    expect(plan.commands.join('\n')).toContain('-cgi 5:0')
    expect(shape(id)).toEqual(before)
    await lab.layouts.apply({ ...wish, basis: plan.basis })
    expect(shape(id)).toEqual(['4g.40gb@0', '3g.40gb@4'])
    await lab.layouts.apply({ device: id, layout: [] })
    expect((await lab.layouts.undo({ device: id, dry: true })).plan.after).toHaveLength(2)
    expect(shape(id)).toEqual([])
    await lab.layouts.undo({ device: id, dry: false })
    expect(shape(id)).toEqual(['4g.40gb@0', '3g.40gb@4'])
    await lab.layouts.undo({ device: id, dry: false })
    expect(shape(id)).toEqual(before)
    await expect(lab.layouts.undo({ device: id, dry: false })).rejects.toThrow('No change of the layout')
    expect(broken()).toEqual([])
  })

  it('keeps the slices that both layouts have, with whoever holds them', async () => {
    const { id, slices } = add()
    const { epoch } = lab.leases.grant({ holder: 'vm-1', profile: '3g.40gb', count: 1, cut: false, expiresInMs: null, idleAfterMs: null })
    await lab.layouts.apply({ device: id, layout: [{ profile: '3g.40gb', start: 4 }, { profile: '4g.40gb', start: 0 }] })
    expect(lab.devices.describe(id).slices.find(({ start }) => start === 4)).toMatchObject({ id: slices.find(({ start }) => start === 4)?.id, lease: { holder: 'vm-1', epoch } })
  })

  it('names the holders that would have to move or leave, and changes nothing', async () => {
    const { id } = add({ layout: [{ profile: '1g.10gb', start: 0 }] })
    lab.leases.grant({ holder: 'vm-1', profile: '1g.10gb', count: 1, cut: false, expiresInMs: null, idleAfterMs: null })
    const wish = { device: id, layout: [{ profile: '4g.40gb', start: 0 }, { profile: '1g.10gb', start: 6 }] }
    expect(lab.layouts.plan(wish)).toMatchObject({ moves: 1, holders: ['vm-1'], blocked: expect.stringContaining('vm-1 would have to move from 1g.10gb at 0 to 6') })
    await expect(lab.layouts.apply(wish)).rejects.toMatchObject({ code: 'in_use', options: { details: { holders: ['vm-1'] } } })
    await expect(lab.layouts.apply({ device: id, mode: 'passthrough', layout: [] })).rejects.toMatchObject({ code: 'in_use' })
    await expect(lab.layouts.destroy({ device: id })).rejects.toThrow('vm-1')
    expect(shape(id)).toEqual(['1g.10gb@0'])
  })

  it('is not changed by a plan that was made for another', async () => {
    const { id } = add()
    const { basis } = lab.layouts.plan({ device: id, layout: [] })
    await lab.layouts.apply({ device: id, layout: [{ profile: '7g.80gb' }] })
    await expect(lab.layouts.apply({ device: id, layout: [], basis })).rejects.toThrow('has changed since this plan was made')
  })

  it('goes through every mode and back', async () => {
    const { id } = add()
    const before = shape(id)
    await lab.layouts.apply({ device: id, mode: 'vgpu', settings: { vgpuMode: 'mixed', policy: 'equal-share', timeSliceMs: 2 }, layout: [{ profile: 'A100D-40C' }, { profile: 'A100D-10C' }] })
    expect(lab.devices.describe(id)).toMatchObject({ mode: 'vgpu', settings: { vgpuMode: 'mixed', policy: 'equal-share', timeSliceMs: 2 }, slices: [{ memoryMiB: expect.any(Number) }, {}] })
    await lab.layouts.apply({ device: id, mode: 'sriov', settings: { functions: 3 }, layout: [{ profile: 'vf' }, { profile: 'vf' }, { profile: 'vf' }] })
    await lab.layouts.apply({ device: id, mode: 'shared', layout: [] })
    await lab.layouts.apply({ device: id, mode: 'passthrough', layout: [{ profile: 'passthrough' }] })
    expect(shape(id)).toEqual(['passthrough@0'])
    for (let undone = 0; undone < 4; undone++)
      await lab.layouts.undo({ device: id, dry: false })
    expect(lab.devices.describe(id)).toMatchObject({ mode: 'mig', settings: {} })
    expect(shape(id)).toEqual(before)
    expect(broken()).toEqual([])
  })

  it.each([
    [{ mode: 'vgpu', settings: { vgpuMode: 'mixed', policy: 'fixed-share' }, layout: [] }, 'Fixed share needs vGPUs of one size'],
    [{ mode: 'vgpu', settings: { policy: 'best-effort', timeSliceMs: 2 }, layout: [] }, 'Best effort has no time slice'],
    [{ mode: 'sriov', settings: { functions: 21 }, layout: [] }, 'at most 20 virtual functions'],
    [{ mode: 'shared', layout: [{ profile: '0.5' }] }, 'made when they are leased'],
    [{ mode: 'vgpu', layout: [{ profile: 'A100D-20C' }, { profile: 'A100D-40C' }] }, 'equal-size mode'],
    [{ layout: [{ profile: '1g.6gb' }] }, 'has no profile 1g.6gb'],
    [{ layout: [{ profile: '1g.10gb', start: 7 }] }, 'can start at slot'],
    [{ layout: [{ profile: '2g.20gb', compute: [1, 2] }] }, 'do not fit'],
  ] as const)('is refused where the vendor refuses it: %j', async (wish, message) => {
    const { id } = add()
    const before = lab.devices.describe(id)
    await expect(lab.layouts.apply({ device: id, ...structuredClone(wish) } as unknown as Parameters<typeof lab.layouts.apply>[0])).rejects.toThrow(message)
    expect(lab.devices.describe(id)).toEqual(before)
  })

  it('has compute instances within a GPU instance, and these are leased instead of it', async () => {
    const { id } = add({ layout: [{ profile: '3g.40gb', start: 0, compute: [1, 2] }] })
    expect(lab.devices.describe(id).slices).toMatchObject([
      { profile: '3g.40gb', parentId: null },
      { profile: '1c.3g.40gb', start: 0, size: 1, sm: 14, memoryMiB: 40192 },
      { profile: '2c.3g.40gb', start: 1, size: 2 },
    ])
    const lease = (profile: string, cut = false) => lab.leases.grant({ holder: 'vm-1', profile, count: 1, cut, expiresInMs: null, idleAfterMs: null })
    expect(() => lease('3g.40gb')).toThrow('is not free')
    lease('2c.3g.40gb')
    await expect(lab.layouts.destroy({ device: id })).rejects.toThrow('vm-1')
    expect(lab.layouts.explain({ device: id, profile: '4g.40gb', count: 1 })).toMatchObject({ fits: false, blockedBy: [{ holder: 'vm-1' }] })
    expect(broken()).toEqual([])
  })

  it('takes jobs that waited for a profile as soon as it is cut', async () => {
    const { id } = add()
    await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 1, profile: '2g.20gb', device: id })
    const second = await lab.jobs.submit({ recipe: 'tensor', inputs: [], synthetic: 1, profile: '2g.20gb', device: id })
    await settle()
    expect(lab.jobs.get(second.id).state).toBe('queued')
    await lab.layouts.apply({ device: id, layout: [{ profile: '2g.20gb', start: 0 }, { profile: '2g.20gb', start: 2 }] })
    await settle()
    expect(lab.jobs.get(second.id).state).toBe('running')
  })
})

describe('a layout of real hardware', () => {
  /** A driver that keeps what it was told, and fails or dies when told to. */
  function fakeDriver() {
    const shown: Placement[] = []
    const driver = { shown, calls: [] as string[], failAt: Infinity, alwaysFails: false }
    const cutter: HardwareCutter = {
      layout: async () => [...shown],
      async carryOut(_device, step: LayoutStep) {
        driver.calls.push(`${step.op} ${step.profile}@${step.start}`)
        if (driver.calls.length === driver.failAt || driver.alwaysFails)
          throw new Error('In use by another client')
        if (step.op === 'create')
          shown.push({ profile: step.profile, start: step.start, size: step.size })
        else if (step.op === 'destroy')
          shown.splice(shown.findIndex(({ start }) => start === step.start), 1)
      },
    }
    return { driver, cutter }
  }

  const gpu = { uuid: 'GPU-1', index: 0, model: 'A100-80GB', name: 'NVIDIA A100', memoryMiB: 81920, shown: [] }
  const wish = [{ profile: '3g.40gb', start: 4 }, { profile: '2g.20gb', start: 0 }, { profile: '1g.10gb', start: 2 }]

  async function reopen(cutter: HardwareCutter) {
    lab.leases.close()
    lab.dispatcher.close()
    lab.store.close()
    lab = wireLab(paths, { cutterOf: device => device.kind === 'gpu' ? cutter : null })
    lab.devices.syncHardware([gpu])
    return lab.devices.list().find(({ kind }) => kind === 'gpu')?.id ?? ''
  }

  it('is what the driver did', async () => {
    const { driver, cutter } = fakeDriver()
    const id = await reopen(cutter)
    await lab.layouts.apply({ device: id, layout: wish })
    expect(driver.shown).toHaveLength(3)
    expect(shape(id)).toEqual(['2g.20gb@0', '1g.10gb@2', '3g.40gb@4'])
    await lab.layouts.undo({ device: id, dry: false })
    expect(driver.shown).toEqual([])
    expect(shape(id)).toEqual([])
  })

  it.each([1, 2, 3])('is taken back where the driver refuses step %i', async (failAt) => {
    const { driver, cutter } = fakeDriver()
    const id = await reopen(cutter)
    await lab.layouts.apply({ device: id, layout: [{ profile: '1g.10gb', start: 6 }] })
    driver.failAt = driver.calls.length + failAt
    await expect(lab.layouts.apply({ device: id, layout: wish })).rejects.toThrow('In use by another client')
    expect(driver.shown).toEqual([{ profile: '1g.10gb', start: 6, size: 1 }])
    expect(shape(id)).toEqual(['1g.10gb@6'])
    expect(lab.devices.describe(id)).toMatchObject({ unfinishedChange: null })
    expect(broken()).toEqual([])
  })

  it('that can be neither made nor taken back says so, is kept from jobs, and is put right by another apply', async () => {
    const { driver, cutter } = fakeDriver()
    const id = await reopen(cutter)
    driver.alwaysFails = true
    await expect(lab.layouts.apply({ device: id, layout: wish })).rejects.toThrow()
    expect(lab.devices.describe(id)).toMatchObject({ unusable: 'its layout is being changed', unfinishedChange: expect.stringContaining('Taking it back failed too') })
    expect(broken()).toMatchObject([{ name: 'no change of a layout is unfinished' }])
    driver.alwaysFails = false
    await lab.layouts.apply({ device: id, layout: wish })
    expect(driver.shown).toHaveLength(3)
    expect(lab.devices.describe(id)).toMatchObject({ unfinishedChange: null })
    expect(broken()).toEqual([])
  })

  it.each([0, 1, 2, 3])('is finished after a crash that came after %i steps', async (steps) => {
    const { driver, cutter } = fakeDriver()
    let left = steps
    const dying: HardwareCutter = { ...cutter, carryOut: (device, step) => left-- > 0 ? cutter.carryOut(device, step) : new Promise(() => {}) }
    const id = await reopen(dying)
    void lab.layouts.apply({ device: id, layout: wish })
    await settle()
    await settle()
    if (steps < wish.length)
      expect(lab.devices.describe(id)).toMatchObject({ unusable: 'its layout is being changed', unfinishedChange: `${steps} of 3 steps are done` })
    expect(await reopen(cutter)).toBe(id)
    await lab.layouts.recover()
    expect(driver.shown.map(({ start }) => start).sort()).toEqual([0, 2, 4])
    expect(shape(id)).toEqual(['2g.20gb@0', '1g.10gb@2', '3g.40gb@4'])
    expect(broken()).toEqual([])
  })

  it('that a reboot took away is kept as what is wanted, and put back when a person says so', async () => {
    const { driver, cutter } = fakeDriver()
    const id = await reopen(cutter)
    await lab.layouts.apply({ device: id, layout: wish })
    driver.shown.splice(0)
    await reopen(cutter)
    await lab.layouts.recover()
    expect(lab.devices.describe(id)).toMatchObject({ unfinishedChange: expect.stringContaining('The driver shows 0 instances where 3 are wanted') })
    expect(driver.shown).toEqual([])
    await lab.layouts.apply({ device: id, layout: wish })
    expect(driver.shown).toHaveLength(3)
    expect(lab.devices.describe(id)).toMatchObject({ unfinishedChange: null })
    expect(shape(id)).toHaveLength(3)
  })
})
