import type { LayoutStep, Placement } from '../../src-main/contract/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TrancheError } from '../../src-main/contract/errors'
import { createHardwareCutter } from '../../src-main/inventory/nvml/cutHardware'
import { driverRules } from '../../src-main/inventory/nvml/model'
import { rulesOf } from '../../src-main/slicing/rules'
import { gpus } from '../helpers/fakeLab'
import { a100, compileStub, startStub, t4, whyNoStub } from '../helpers/nvmlStub'

const why = whyNoStub()
const stub = compileStub()
const table = gpus.get('A100-80GB')?.mig
if (!table)
  throw new Error('there is no table of the A100 80GB')
const mig = table

function step(op: LayoutStep['op'], profile: string, start: number, more: Partial<LayoutStep> = {}): LayoutStep {
  const size = mig.profiles.find(({ name }) => name === profile)?.size ?? 1
  return { op, profile, start, size, slice: null, from: null, holder: null, interrupts: false, ...more }
}

/** A GPU in MIG mode and what cuts it. */
function cuttable(...cut: string[]) {
  const nvml = startStub(stub('new'))
  nvml.cutOutside('mig 1 1', ...cut)
  const cutter = createHardwareCutter(nvml.client)
  return {
    ...nvml,
    carryOut: (next: LayoutStep) => cutter.carryOut(a100, next, mig),
    layout: async () => (await cutter.layout(a100, mig)).map(({ profile, start, compute }) => `${profile}@${start}/${compute?.join('+')}`),
    cutter,
  }
}

describe.skipIf(why !== null)(`a real GPU is cut${why ? ` (skipped: ${why})` : ''}`, () => {
  it('by a plan, step by step: MIG on, instances made, moved and destroyed, MIG off; each step once, however often it is told', async () => {
    const nvml = startStub(stub('new'))
    const cutter = createHardwareCutter(nvml.client)
    const layout = async () => (await cutter.layout(a100, mig)).map(({ profile, start, size, compute }) => `${profile}@${start}:${size}/${compute?.join('+')}`)
    const plan = [
      step('configure', 'mig', 0),
      step('create', '3g.40gb', 4, { compute: [1, 2] }),
      step('create', '1g.10gb', 0),
      step('create', '1g.10gb+me', 1, { compute: [] }),
      step('move', '1g.10gb', 2, { from: 0 }),
    ]
    for (const next of plan) {
      await cutter.carryOut(a100, next, mig)
      const once = nvml.cut().length
      await cutter.carryOut(a100, next, mig)
      expect(nvml.cut(), `${next.op} ${next.profile} a second time`).toHaveLength(once)
    }
    expect(await layout()).toEqual(['1g.10gb+me@1:1/', '1g.10gb@2:1/1', '3g.40gb@4:4/1+2'])
    for (const next of [step('destroy', '3g.40gb', 4), step('destroy', '1g.10gb', 2), step('destroy', '1g.10gb+me', 1)]) {
      await cutter.carryOut(a100, next, mig)
      await cutter.carryOut(a100, next, mig)
    }
    expect(nvml.cut()).toEqual([])
    await cutter.carryOut(a100, step('configure', 'passthrough', 0), mig)
    expect(await nvml.client.read()).toMatchObject({ devices: [{ mig: { enabled: false } }, {}] })
  })

  it('with compute instances destroyed before their GPU instance, and a move made before the old one is gone', async () => {
    const { carryOut, calls } = cuttable('gi 1 19 0 1', 'ci 1 0 0 0')
    calls()
    await carryOut(step('move', '1g.10gb', 6, { from: 0 }))
    const changes = calls().filter(name => /Create|Destroy/.test(name))
    expect(changes).toEqual(['nvmlDeviceCreateGpuInstanceWithPlacement', 'nvmlGpuInstanceCreateComputeInstance', 'nvmlComputeInstanceDestroy', 'nvmlGpuInstanceDestroy'])
    await carryOut(step('move', '1g.10gb', 0, { from: 6, interrupts: true }))
    expect(calls().filter(name => /Create|Destroy/.test(name))).toEqual(['nvmlComputeInstanceDestroy', 'nvmlGpuInstanceDestroy', 'nvmlDeviceCreateGpuInstanceWithPlacement', 'nvmlGpuInstanceCreateComputeInstance'])
  })

  it('and a moved instance keeps the shape of its compute instances', async () => {
    const { carryOut, layout } = cuttable('gi 1 9 0 4', 'ci 1 0 0 0', 'ci 1 1 1 1')
    await carryOut(step('move', '3g.40gb', 4, { from: 0 }))
    expect(await layout()).toEqual(['3g.40gb@4/1+2'])
  })

  it('not where someone else has cut it meanwhile: the refusal says what lies there', async () => {
    const { carryOut, calls } = cuttable('gi 1 14 4 2', 'ci 1 0 1 0')
    await expect(carryOut(step('create', '3g.40gb', 4))).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('3g.40gb at slot 4 needs slots 4-7, and the GPU has 2g.20gb on slots 4-5 there') })
    await expect(carryOut(step('destroy', '3g.40gb', 4))).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('the GPU has 2g.20gb, where the plan destroys 3g.40gb') })
    expect(calls().filter(name => /Create|Destroy/.test(name))).toEqual([])
  })

  it('and where the driver itself finds no room, nothing is left behind', async () => {
    const { client, cut } = cuttable('gi 1 9 0 4', 'gi 2 9 4 4')
    await expect(client.createInstance(a100, { profileId: 19, start: 6, size: 1, compute: [1] })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Insufficient Resources') })
    await expect(client.createInstance(a100, { profileId: 9, start: 3, size: 4, compute: [3] })).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('Invalid Argument') })
    expect(cut()).toEqual(['gi 1 9 0 4', 'gi 2 9 4 4'])
  })

  it('whole or not at all: a GPU instance whose compute instances cannot be made is taken back', async () => {
    const { carryOut, cut, behave } = cuttable()
    await expect(carryOut(step('create', '3g.40gb', 0, { compute: [2, 2] }))).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('a compute instance of 2 compute slices: Insufficient Resources') })
    await expect(carryOut(step('create', '2g.20gb', 0, { compute: [3] }))).rejects.toMatchObject({ code: 'unsupported' })
    behave('fail nvmlGpuInstanceGetInfo 15')
    await expect(carryOut(step('create', '2g.20gb', 0))).rejects.toThrow(/GPU is lost/)
    expect(cut()).toEqual([])
  })

  it('again after a process died between a GPU instance and its compute instances', async () => {
    const { carryOut, layout, behave } = cuttable()
    behave('crash nvmlGpuInstanceCreateComputeInstance')
    await expect(carryOut(step('create', '2g.20gb', 4))).rejects.toThrow(/Whether the change was made is not known/)
    expect(await layout()).toEqual(['2g.20gb@4/'])
    behave()
    await carryOut(step('create', '2g.20gb', 4))
    expect(await layout()).toEqual(['2g.20gb@4/2'])
  })

  it('not while a process uses the instance: the refusal names it, and the instance is whole as before', async () => {
    const { carryOut, layout, behave } = cuttable('gi 1 9 4 4', 'ci 1 0 0 0', 'ci 1 1 1 1', 'gi 2 19 0 1', 'ci 2 0 0 0')
    behave('process 0 4711 100 1', 'process 0 4712 100 1', 'process 0 99 100 2')
    await expect(carryOut(step('destroy', '3g.40gb', 4))).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringMatching(/In use by another client\. Processes 4711, 4712 use it\./),
      options: { retryable: true, details: { pids: [4711, 4712] } },
    })
    expect(await layout()).toEqual(['1g.10gb@0/1', '3g.40gb@4/1+2'])
    behave('fail nvmlGpuInstanceDestroy 19')
    await expect(carryOut(step('destroy', '3g.40gb', 4))).rejects.toMatchObject({ code: 'in_use', message: expect.stringContaining('names no process') })
    expect(await layout()).toEqual(['1g.10gb@0/1', '3g.40gb@4/1+2'])
  })

  it('not without the right to: the refusal says what to do', async () => {
    const { carryOut, behave } = cuttable()
    behave('fail nvmlDeviceCreateGpuInstanceWithPlacement 4')
    await expect(carryOut(step('create', '1g.10gb', 6))).rejects.toMatchObject({ code: 'unsupported', message: expect.stringMatching(/Insufficient Permissions\. Only an administrator.*sudo/) })
  })

  it('and a driver that makes an instance elsewhere than asked is caught', async () => {
    const { carryOut, cut, behave } = cuttable()
    behave('lie-place')
    await expect(carryOut(step('create', '2g.20gb', 0))).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('made 2g.20gb on slots 4-5 instead of slots 0-1') })
    expect(cut()).toEqual([])
  })

  it('and a driver that lets instances overlap is not asked to', async () => {
    const { carryOut, layout, behave } = cuttable()
    behave('lie-overlap')
    await carryOut(step('create', '4g.40gb', 0))
    await expect(carryOut(step('create', '1g.10gb', 2))).rejects.toMatchObject({ code: 'conflict' })
    expect(await layout()).toEqual(['4g.40gb@0/4'])
  })

  it('after a reset only, where MIG waits for one', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('reset')
    await expect(createHardwareCutter(nvml.client).carryOut(a100, step('configure', 'mig', 0), mig)).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/GPU requires reset.*--gpu-reset/) })
    expect(await nvml.client.read()).toMatchObject({ devices: [{ mig: { enabled: false, pending: true } }, {}] })
  })

  it('not while something runs on it, where MIG is to be turned on', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('process 0 4711 100 -1')
    await expect(nvml.client.setMigMode(a100, true)).rejects.toMatchObject({ code: 'in_use', message: expect.stringContaining('Process 4711 uses it') })
  })

  it('only if it has MIG and is there', async () => {
    const nvml = startStub(stub('new'))
    const cutter = createHardwareCutter(nvml.client)
    await expect(nvml.client.setMigMode(t4, true)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('Not Supported') })
    await expect(cutter.layout('GPU-gone')).rejects.toMatchObject({ code: 'not_found' })
    await expect(cutter.carryOut(t4, step('create', '1g.10gb', 0), mig)).rejects.toMatchObject({ code: 'unsupported' })
    await expect(cutter.carryOut(a100, step('create', '1g.5gb', 0), mig)).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('no MIG profile 1g.5gb') })
  })

  it('where the rules allow it and nowhere else: random layouts, as the driver answers', async () => {
    const { client } = cuttable()
    const rules = rulesOf({ model: 'A100-80GB', mode: 'mig', memoryMiB: 81920, settings: {} }, gpus)
    const attempts = fc.array(fc.record({ profile: fc.constantFrom(...mig.profiles), start: fc.nat(7) }), { minLength: 1, maxLength: 12 })
    await fc.assert(fc.asyncProperty(attempts, async (wanted) => {
      const cuts: Placement[] = []
      try {
        for (const { profile, start } of wanted) {
          const allowed = rules.cut(cuts, profile.name, start).ok
          const made = await client.createInstance(a100, { profileId: profile.profileId, start, size: profile.size, compute: [profile.computeSlices] })
            .then(() => true, (thrown: unknown) => thrown instanceof TrancheError ? false : Promise.reject(thrown))
          const beside = cuts.map(cut => `${cut.profile}@${cut.start}`).join(', ')
          if (made)
            cuts.push({ profile: profile.name, start, size: profile.size })
          expect(made, `${profile.name}@${start} beside ${beside}`).toBe(allowed)
        }
      }
      finally {
        for (const cut of cuts)
          await client.destroyInstance(a100, cut)
      }
    }), { numRuns: 40 })
  })

  it('by what its driver says where that differs from the table', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('lie-memory 9 39000')
    const reading = await nvml.client.read()
    const gpu = gpus.get('A100-80GB')
    const profiles = reading.found ? reading.devices[0].profiles : null
    expect(gpu && driverRules(gpu, profiles ?? []).mig?.profiles.find(({ name }) => name === '3g.40gb')?.memoryMiB).toBe(39000)
  })
})
