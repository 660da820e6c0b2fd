import type { Cut, CutRules, Offer } from '../slicing/cutRules'
import type { GpuTables } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import type { PlanSlice, SliceRequest } from './planRequest'
import { rulesOf } from '../slicing/rules'
import { serves } from './planRequest'

export interface TakeDeps {
  readonly store: Store
  readonly tablesFor: (device: DeviceRow) => GpuTables
  readonly nowMs: () => number
}

/** A free slice, or what one would be that could be cut. */
export interface Option extends PlanSlice {
  readonly row: SliceRow | null
  /** Letter of a time-sliced vGPU's series; empty for anything else. */
  readonly series: string
}

/** The free slices of a device that serve a request. */
export function freeSlices({ store, tablesFor }: TakeDeps, device: DeviceRow, request: SliceRequest): Option[] {
  const rules = rulesOf(device, tablesFor(device))
  const rows = store.slices.ofDevice(device.id)
  return rows
    .filter(row => rows.every(({ parentId }) => parentId !== row.id) && store.leases.onSlice(row.id) === undefined)
    .map(row => optionOf(device, rules, row, rules.offer(rows.find(({ id }) => id === row.parentId)?.profile ?? row.profile), row))
    .filter(option => serves(option, canonical(request, rules)))
}

export function optionOf(device: DeviceRow, rules: CutRules, cut: Omit<Cut, 'size'>, offer: Offer | undefined, row: SliceRow | null): Option {
  return {
    id: row?.id ?? '',
    device: device.id,
    deviceName: device.name,
    model: device.model,
    label: device.label,
    isGpu: device.kind !== 'cpu',
    profile: cut.profile,
    start: cut.start,
    memoryMiB: cut.memoryMiB,
    computeShare: cut.computeShare,
    sm: cut.sm,
    engines: offer?.engines ?? null,
    threads: 0,
    holder: null,
    unusable: null,
    row,
    series: rules.mode === 'vgpu' ? cut.profile.slice(-1) : '',
  }
}

/** The request with the profile's own name where it used another: a MIG-backed vGPU type, another board's prefix. */
function canonical(request: SliceRequest, rules: CutRules): SliceRequest {
  return request.profile === null ? request : { ...request, profile: rules.offer(request.profile)?.name ?? request.profile }
}

/** Options of one board type and series together, in the order of their best. */
export function groupsOfOneKind(options: readonly Option[]): Option[][] {
  const groups = new Map<string, Option[]>()
  for (const option of options) {
    const kind = `${option.model} ${option.series}`
    groups.set(kind, [...groups.get(kind) ?? [], option])
  }
  return [...groups.values()]
}
