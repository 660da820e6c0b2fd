import type { CallOutput, CallParsed } from '../../src-main/contract/calls'
import type { Device, GpuHealth, HeldLease, Lease } from '../../src-main/contract/model'
import { TrancheError } from '../../src-main/contract/errors'
import { importSmi } from '../../src-main/inventory/smiText/importSmi'
import { gpuModel } from '../../src-main/slicing/gpuModel'
import { idTail } from './mockDevices'
import { mockDevice } from './mockSlicing'

/** Answers of the mock lab about real GPUs and holders outside: import by the product's own reader, health made up. */
const files = import.meta.glob<unknown>('../../resources/gpus/*.json', { import: 'default', eager: true })
const gpus = new Map(Object.values(files).map(file => gpuModel.parse(file)).map(gpu => [gpu.model, gpu]))

export function mockImport({ text }: CallParsed<'smi.import'>): CallOutput<'smi.import'> {
  return importSmi(text, gpus)
}

/** A real GPU as a host with a driver shows it. */
export function mockRealGpu(): Device {
  return mockDevice('dev_real-a100', 'NVIDIA A100-SXM4-80GB', 'A100-80GB', 'mig', [{ profile: '3g.40gb', start: 4 }, { profile: '2g.20gb', start: 0 }], { kind: 'gpu', backing: 'NVIDIA A100-SXM4-80GB' })
}

export function mockHealth(devices: readonly Device[], nowMs: number): GpuHealth[] {
  const wave = Math.sin(nowMs / 5000)
  return devices.filter(({ kind }) => kind === 'gpu').map(({ id }) => ({
    device: id,
    atMs: nowMs,
    memoryUsedMiB: 23_552 + Math.round(wave * 900),
    utilisation: 0.6 + wave * 0.3,
    temperatureC: 58 + wave * 4,
    powerW: 231 + wave * 40,
    eccErrors: 0,
    processes: [{ pid: 20_411, memoryMiB: 19_812 }, { pid: 20_977, memoryMiB: null }],
  }))
}

/** Grants a free slice of the profile that is asked for. Gives back the device as it is then, and the lease. */
export function mockGrant(devices: readonly Device[], { holder, device: id, profile, expiresInMs, idleAfterMs }: CallParsed<'leases.grant'>, nowMs: number): { device: Device, lease: HeldLease } {
  const device = devices.find(each => each.id === id)
  const free = device?.slices.find(slice => slice.profile === profile && !slice.lease)
  if (!device || !free)
    throw new TrancheError('conflict', `There is no free ${profile ?? 'slice'} on ${device?.name ?? id}. Release one, or cut another.`)
  const lease: Lease = { id: `lease_${idTail(nowMs % 0xFFFF)}`, holder, holderKind: 'outside', epoch: 90, grantedAtMs: nowMs, expiresAtMs: expiresInMs === null ? null : nowMs + expiresInMs, idleAfterMs, usedAtMs: nowMs }
  return {
    device: { ...device, slices: device.slices.map(slice => slice === free ? { ...slice, lease } : slice) },
    lease: { ...lease, slices: [{ slice: free.id, device: device.id, deviceName: device.name, profile: free.profile, start: free.start, size: free.size }] },
  }
}
