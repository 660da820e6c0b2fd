import type { NvmlProfile } from '../../src-main/inventory/nvml/reading'
import type { GpuModel } from '../../src-main/slicing/gpuModel'
import { describe, expect, it } from 'vitest'
import { differencesOf, driverRules, modelOf } from '../../src-main/inventory/nvml/model'
import { tableDifferences } from '../../src-main/inventory/tableDifferences'
import { rulesOf } from '../../src-main/slicing/rules'
import { gpus } from '../helpers/fakeLab'

function model(name: string): GpuModel {
  const gpu = gpus.get(name)
  if (!gpu)
    throw new Error(`there is no table ${name}`)
  return gpu
}

const a100 = model('A100-80GB')
const h200 = model('H200-141GB')
const b200 = model('B200-180GB')

/** What a driver would say that agrees with the table in everything. */
function agreeing(gpu: GpuModel): NvmlProfile[] {
  return (gpu.mig?.profiles ?? []).map(profile => ({
    id: profile.profileId,
    name: profile.name,
    computeSlices: profile.computeSlices,
    memoryMiB: profile.memoryMiB ?? 1024,
    sm: profile.sm ?? 1,
    maxInstances: profile.maxInstances,
    starts: profile.starts.toReversed(),
    size: profile.size,
    engines: { copy: 1, nvdec: 0, nvenc: 0, nvjpg: 0, ofa: 0 },
  }))
}

const printed = (gpu: GpuModel) => agreeing(gpu).map(profile => ({ ...profile, memoryGiB: profile.memoryMiB / 1024 }))

describe('a GPU that NVML found', () => {
  it.each([
    ['0x20B210DE', 'NVIDIA A100-SXM4-80GB', 81920, 'A100-80GB'],
    ['0x20b210de', null, null, 'A100-80GB'],
    ['0x20B710DE', 'NVIDIA A30', 24576, 'A30-24GB'],
    [null, 'NVIDIA A100-SXM4-80GB', 81251, 'A100-80GB'],
    ['0xFFFF10DE', 'NVIDIA A30', 24576, 'A30-24GB'],
    ['0x233110DE', 'NVIDIA H100 PCIe', 81559, 'H100-80GB'],
    ['0x1EB810DE', 'Tesla T4', 15360, 'T4-16GB'],
    ['0xFFFF10DE', 'NVIDIA GeForce RTX 3090', 24576, undefined],
    [null, null, null, undefined],
  ])('with PCI id %s, name %s and %s MiB is known', (pciDeviceId, name, total, expected) => {
    expect(modelOf({ pciDeviceId, name, memoryMiB: total === null ? null : { total, used: 0 } }, gpus)?.model).toBe(expected)
  })

  it('is an H100 of 114 multiprocessors if it is the PCIe card, whose profiles are not those of the SXM module', () => {
    const of = (pciDeviceId: string | null, name: string) => modelOf({ pciDeviceId, name, memoryMiB: { total: 81559, used: 0 } }, gpus)
    for (const pcie of [of('0x233110DE', 'NVIDIA H100 PCIe'), of(null, 'NVIDIA H100 PCIe')]) {
      expect(pcie).toMatchObject({ model: 'H100-80GB', sm: 114, mig: { sm: 114 } })
      expect(pcie?.mig?.profiles.map(({ name, sm }) => `${name} ${sm}`)).toContain('7g.80gb 114')
      expect(pcie?.mig?.profiles.find(({ name }) => name === '3g.40gb')?.sm).toBeNull()
    }
    expect(of('0x233010DE', 'NVIDIA H100 80GB HBM3')).toBe(gpus.get('H100-80GB'))
  })
})

describe('a driver and a table', () => {
  it('that agree do not differ, in whatever order the driver lists, and whichever way it rounds', () => {
    expect(tableDifferences('GPU 0', printed(a100).toReversed(), a100)).toEqual([])
    for (const round of [Math.floor, Math.ceil])
      expect(tableDifferences('GPU 0', printed(a100).map(profile => ({ ...profile, memoryGiB: round(profile.memoryGiB * 100) / 100 })), a100)).toEqual([])
  })

  it('differ in each field that does, by name and with both words', () => {
    const profiles = printed(a100).map(profile => profile.id === 9 ? { ...profile, name: '3g.39gb', memoryGiB: 39.5, sm: 44, maxInstances: 1, starts: [0], size: 5 } : profile)
    expect(tableDifferences('GPU 0', profiles, a100)).toEqual([
      { field: 'name', table: '3g.40gb', driver: '3g.39gb' },
      { field: 'memoryGiB', table: 39.25, driver: 39.5 },
      { field: 'sm', table: 42, driver: 44 },
      { field: 'maxInstances', table: 2, driver: 1 },
      { field: 'starts', table: '0,4', driver: '0' },
      { field: 'size', table: 4, driver: 5 },
    ].map(difference => ({ device: 'GPU 0', profile: '3g.40gb', ...difference })))
  })

  it('differ by a hundredth of a GiB, and not by less', () => {
    const withMemory = (memoryGiB: number) => tableDifferences('GPU 0', printed(h200).map(profile => profile.id === 19 ? { ...profile, memoryGiB } : profile), h200)
    expect(withMemory(16.01)).toEqual([{ device: 'GPU 0', profile: '1g.18gb', field: 'memoryGiB', table: 16, driver: 16.01 }])
    expect(withMemory(16.005)).toEqual([])
  })

  it('differ in profiles that one of them lacks; a renumbered one is the same by its name', () => {
    const profiles = printed(a100).filter(({ id }) => id !== 15 && id !== 20).map(profile => profile.id === 5 ? { ...profile, id: 99 } : profile)
    const unheard = { id: 77, name: null, memoryGiB: null, sm: null, maxInstances: null, starts: null, size: null }
    expect(tableDifferences('GPU 0', [...profiles, unheard], a100)).toEqual([
      { device: 'GPU 0', profile: '4g.40gb', field: 'id', table: 5, driver: 99 },
      { device: 'GPU 0', profile: 'id 77', field: 'profile', table: null, driver: 77 },
      { device: 'GPU 0', profile: '1g.10gb+me', field: 'profile', table: '1g.10gb+me', driver: null },
      { device: 'GPU 0', profile: '1g.20gb', field: 'profile', table: '1g.20gb', driver: null },
    ])
  })

  it('do not differ in what the driver does not tell; what only the table does not know is shown', () => {
    const silent = printed(a100).map(profile => ({ ...profile, name: null, memoryGiB: null, sm: null, maxInstances: null, starts: null, size: null }))
    expect(tableDifferences('GPU 0', silent, a100)).toEqual([])
    expect(tableDifferences('GPU 0', [], a100)).toEqual([])
    expect(tableDifferences('GPU 0', printed(b200), b200)).toEqual(expect.arrayContaining([{ device: 'GPU 0', profile: '7g.180gb', field: 'memoryGiB', table: null, driver: 1 }]))
  })

  it('of a GPU without MIG differ in every profile that the driver lists', () => {
    const t4 = model('T4-16GB')
    expect(tableDifferences('GPU 0', printed(a100), t4)).toHaveLength(printed(a100).length)
  })

  it('are compared for a whole device under its name', () => {
    const device = { name: 'NVIDIA A100', uuid: 'GPU-1', profiles: agreeing(a100).map(profile => profile.id === 19 ? { ...profile, memoryMiB: 9728 } : profile) }
    expect(differencesOf(device, a100)).toEqual([{ device: 'NVIDIA A100', profile: '1g.10gb', field: 'memoryGiB', table: 9.63, driver: 9.5 }])
  })
})

describe('planning by the driver\'s word', () => {
  it('takes its figures, places and counts, and keeps the names that the table knows', () => {
    const profiles = agreeing(a100).map(profile => profile.id === 9 ? { ...profile, name: '3g.39gb', memoryMiB: 39000, starts: [4], maxInstances: 1 } : profile)
    const gpu = driverRules(a100, profiles)
    expect(gpu.mig?.profiles.find(({ profileId }) => profileId === 9)).toMatchObject({ name: '3g.40gb', memoryMiB: 39000, starts: [4], maxInstances: 1, sm: 42 })
    const rules = rulesOf({ model: gpu.model, mode: 'mig', memoryMiB: gpu.memoryMiB, settings: {} }, new Map([[gpu.model, gpu]]))
    expect(rules.cut([], '3g.40gb', 0)).toMatchObject({ ok: false, refusal: { rule: 'illegal-start' } })
    expect(rules.cut([], '3g.40gb', 4)).toMatchObject({ ok: true, cut: { memoryMiB: 39000 } })
  })

  it('knows no profile that the driver does not list, nor a vGPU type backed by it, and knows one that only the driver lists', () => {
    const extra = { ...agreeing(a100)[0], id: 47, name: '1g.10gb+gfx' }
    const mig = driverRules(a100, [...agreeing(a100).filter(({ id }) => id !== 5), extra]).mig
    expect(mig?.profiles.map(({ name }) => name)).toEqual(['1g.10gb', '1g.10gb+me', '1g.20gb', '2g.20gb', '3g.40gb', '7g.80gb', '1g.10gb+gfx'])
    expect(mig?.vgpuTypes.map(({ name }) => name)).not.toContain('A100D-4-40C')
  })

  it('falls back to the table for places that the driver does not tell, and leaves out what nobody can place', () => {
    const mig = driverRules(a100, [...agreeing(a100).map(profile => ({ ...profile, starts: null, size: null })), { ...agreeing(a100)[0], id: 47, name: '1g.10gb+gfx', starts: null, size: null }]).mig
    expect(mig?.profiles.find(({ name }) => name === '2g.20gb')).toMatchObject({ starts: [0, 2, 4], size: 2 })
    expect(mig?.profiles.map(({ name }) => name)).not.toContain('1g.10gb+gfx')
    expect(driverRules(a100, [])).toBe(a100)
  })

  it('changes nothing of the table itself', () => {
    const before = structuredClone(a100)
    driverRules(a100, agreeing(a100).map(profile => ({ ...profile, memoryMiB: 1, sm: 1 })))
    expect(a100).toEqual(before)
  })
})
