import type { Device, Lease } from '../../src-main/contract/model'
import { instancesOf, mockDevice } from './mockSlicing'

const minute = 60_000

/** The end of a mock id: a number of it makes a slice and its lease belong to a job. */
export const idTail = (number: number) => `0193b6e2-7d41-7c3a-9a55-${number.toString(16).padStart(12, 'e4b1c9d07f25').slice(-12)}`
export const virtualId = 'dev_virtual-a100-80'

/** One device of each kind and mode, some slices of them held. */
export function firstDevices(nowMs: number): Device[] {
  const lease = (number: number, agoMs: number): Lease => ({ id: `lease_${idTail(number)}`, holder: `job_${idTail(number)}`, holderKind: 'job', epoch: 40 + number, grantedAtMs: nowMs - agoMs, expiresAtMs: null, idleAfterMs: null, usedAtMs: nowMs - 300 })
  const outside = (number: number, holder: string): Lease => ({ ...lease(number, 40 * minute), holder, holderKind: 'outside', expiresAtMs: nowMs + 20 * minute, idleAfterMs: 30 * minute, usedAtMs: nowMs - 11 * minute })
  const cpu: Device = { ...mockDevice('dev_cpu', 'AMD EPYC 9R14 96-Core Processor', 'A30-24GB', 'passthrough', [{ profile: 'passthrough', start: 0 }]), kind: 'cpu', model: 'cpu', memoryMiB: 31_890, usableMiB: 24_576, sm: null, backing: 'Host CPU', modes: ['passthrough', 'shared'] }
  const a100 = mockDevice(virtualId, 'Virtual A100 80GB', 'A100-80GB', 'mig', [{ profile: '2g.20gb', start: 0 }, { profile: '1g.10gb', start: 2 }, { profile: '1g.10gb', start: 3 }, { profile: '3g.40gb', start: 4 }])
  const h100 = mockDevice('dev_virtual-h100', 'Virtual H100 80GB', 'H100-80GB', 'mig', [{ profile: '3g.40gb', start: 4 }, { profile: '1g.10gb', start: 0 }], { label: 'class-room', canUndo: false })
  const shared = mockDevice('dev_virtual-t4', 'Virtual T4', 'T4-16GB', 'shared', [{ profile: '4096MiB', start: 0 }, { profile: '2500MiB', start: 1 }])
  return [
    { ...cpu, slices: cpu.slices.map(slice => ({ ...slice, id: `slice_${idTail(9)}`, memoryMiB: 24_576, sm: null, lease: lease(9, 6 * minute) })) },
    { ...a100, slices: a100.slices.map((slice, index) => ({ ...slice, id: `slice_${idTail(index + 1)}`, lease: index === 1 ? lease(2, 94_000) : index === 3 ? lease(1, 12_300) : null })) },
    { ...h100, slices: h100.slices.flatMap(slice => slice.start === 0 ? [{ ...slice, lease: outside(7, 'vm-render-02') }] : [slice, ...instancesOf(h100, slice, [1, 2])]) },
    mockDevice('dev_virtual-a30', 'Virtual A30', 'A30-24GB', 'mig', [{ profile: '1g.6gb', start: 1 }], { unusable: 'The host has 1 core free and this layout asks for 2.' }),
    mockDevice('dev_virtual-a40', 'Virtual A40', 'A40-48GB', 'vgpu', [0, 12].map(start => ({ profile: 'A40-12C', start })), { settings: { vgpuMode: 'equal', policy: 'equal-share', timeSliceMs: 2 } }),
    shared,
  ]
}

/** As many devices of several models and layouts. */
export function manyDevices(count: number): Device[] {
  const kinds: readonly [string, Device['mode'], readonly [string, number][]][] = [['H200-141GB', 'mig', [['3g.71gb', 4], ['1g.18gb', 3]]], ['A30-24GB', 'mig', [['2g.12gb', 0]]], ['H100-80GB', 'mig', [['4g.40gb', 0], ['3g.40gb', 4]]], ['L40S-48GB', 'passthrough', [['passthrough', 0]]]]
  return Array.from({ length: count }, (_, index) => {
    const [model, mode, cuts] = kinds[index % kinds.length]
    return mockDevice(`dev_many-${index}`, `Virtual ${model} ${index}`, model, mode, cuts.map(([profile, start]) => ({ profile, start })), { label: index % 5 === 0 ? 'class-room' : null })
  })
}
