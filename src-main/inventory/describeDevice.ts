import type { Device, Lease } from '../contract/model'
import type { CutRules } from '../slicing/cutRules'
import type { GpuModel, GpuTables } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { LayoutChangeRow } from '../store/layoutChanges'
import type { LeaseRow } from '../store/leases'
import type { SliceRow } from '../store/slices'
import type { HostCpu } from './cpu'
import { strandedBy, wholeOf } from '../slicing/layouts/stranding'
import { modesOf, rulesOf } from '../slicing/rules'
import { whyUnusable } from './usable'

interface Host {
  readonly cpu: HostCpu
  readonly cudaInstalled: boolean
  /** The table of a device: a real GPU's is what its driver says. */
  readonly tablesFor: (device: DeviceRow) => GpuTables
}

/** What is known of a device beside its own row. */
export interface DeviceParts {
  readonly slices: readonly SliceRow[]
  /** The lease on a slice, if any. */
  readonly leaseOn: (sliceId: string) => LeaseRow | undefined
  readonly canUndo: boolean
  readonly unfinished: LayoutChangeRow | undefined
}

/** A device as the doors show it. */
export function describeDevice(row: DeviceRow, { slices, leaseOn, canUndo, unfinished }: DeviceParts, host: Host): Device {
  const tables = host.tablesFor(row)
  const rules: CutRules = rulesOf(row, tables)
  const whole = wholeOf(row, tables)
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
    availability: row.availability,
    unusable: unfinished ? 'its layout is being changed' : whyUnusable(row, host.cudaInstalled),
    slices: slices.map(({ id, parentId, profile, start, size, memoryMiB, computeShare, sm }) => ({ id, parentId, profile, start, size, memoryMiB, computeShare, sm, lease: describeLease(leaseOn(id)) })),
    label: row.label,
    settings: row.settings,
    modes: deviceModesOf(row, tables.get(row.model)),
    usableMiB: whole.usableMiB,
    sm: whole.sm,
    stranded: strandedBy(whole, rules, slices.filter(({ parentId }) => parentId === null)),
    canUndo,
    unfinishedChange: unfinished ? unfinished.error ?? `${unfinished.done} of ${unfinished.steps.length} steps are done` : null,
  }
}

/** The modes that this machine can put a device in: vGPUs and virtual functions of a real GPU are its hypervisor's to make. */
export function deviceModesOf(row: Pick<DeviceRow, 'kind'>, gpu: GpuModel | undefined): Device['modes'] {
  const modes = modesOf(row.kind === 'cpu' ? undefined : gpu)
  return row.kind === 'gpu' ? modes.filter(mode => mode !== 'sriov' && mode !== 'vgpu') : modes
}

export function describeLease(lease: LeaseRow | undefined): Lease | null {
  if (!lease)
    return null
  const { id, holder, holderKind, epoch, grantedAtMs, expiresAtMs, idleAfterMs, usedAtMs } = lease
  return { id, holder, holderKind, epoch, grantedAtMs, expiresAtMs, idleAfterMs, usedAtMs }
}

function backing(row: DeviceRow, cpu: HostCpu): string {
  const hostCpu = `${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'} of ${cpu.model}`
  return row.kind === 'virtual-gpu' ? `Virtual: computed by ${hostCpu}` : row.kind === 'cpu' ? hostCpu : row.model
}
