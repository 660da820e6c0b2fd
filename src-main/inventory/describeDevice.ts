import type { Device } from '../contract/model'
import type { GpuModel } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { LeaseRow } from '../store/leases'
import type { SliceRow } from '../store/slices'
import type { HostCpu } from './cpu'
import { rulesOf } from '../slicing/rules'
import { whyUnusable } from './usable'

interface Host {
  readonly gpus: ReadonlyMap<string, GpuModel>
  readonly cpu: HostCpu
  readonly cudaInstalled: boolean
}

/** A device as the doors show it. */
export function describeDevice(row: DeviceRow, slices: readonly SliceRow[], leases: readonly LeaseRow[], host: Host): Device {
  const rules = rulesOf(row, host.gpus)
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    model: row.model,
    mode: row.mode,
    memoryMiB: row.memoryMiB,
    backing: backing(row, host.cpu),
    slots: rules.slots,
    computeSlices: rules.computeSlices,
    unusable: whyUnusable(row, host.cudaInstalled),
    slices: slices.map(({ id, profile, start, size, memoryMiB, computeShare, sm }) => {
      const lease = leases.find(({ sliceId }) => sliceId === id)
      return { id, profile, start, size, memoryMiB, computeShare, sm, lease: lease ? { id: lease.id, holder: lease.holder, epoch: lease.epoch, grantedAtMs: lease.grantedAtMs } : null }
    }),
  }
}

function backing(row: DeviceRow, cpu: HostCpu): string {
  const hostCpu = `${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'} of ${cpu.model}`
  return row.kind === 'virtual-gpu' ? `Virtual: computed by ${hostCpu}` : row.kind === 'cpu' ? hostCpu : row.model
}
