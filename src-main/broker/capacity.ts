import type { ComputeMeans, ComputeTerms } from '../contract/model'
import type { CutRules } from '../slicing/cutRules'
import type { GpuTables } from '../slicing/gpuModel'
import type { DeviceRow } from '../store/devices'
import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import type { PlanPool, PlanSlice } from './planRequest'
import { whyUnusable } from '../inventory/usable'
import { rulesOf } from '../slicing/rules'
import { termsOf, threadsFor } from './terms'

export interface LabHost {
  readonly cores: number
  /** How shares of slices that compute at the same time are kept here. */
  readonly spatialMeans: ComputeMeans
  readonly cudaInstalled: boolean
  readonly tablesFor: (device: DeviceRow) => GpuTables
}

/** A slice with its device and who holds it, as the planner and the runtime want it. */
export interface LabSlice extends PlanSlice {
  /** Brought up to date in place while the layout stays, see `liveCapacity`. */
  holder: string | null
  readonly row: SliceRow
  /** What its mode promises it of the device's compute. */
  readonly terms: ComputeTerms
  /** Whether a real GPU computes. */
  readonly isHardware: boolean
  /** The GPU as its driver names it; null for the host's CPU and virtual GPUs. */
  readonly hardwareKey: string | null
}

/** Everything a job could run on now: whole slices, and the devices of which parts are made when asked for. */
export interface LabCapacity {
  readonly slices: readonly LabSlice[]
  readonly pools: readonly PlanPool[]
}

/** Looks at the whole lab. A GPU instance that is cut into compute instances is not offered itself. */
export function labCapacity(store: Store, host: LabHost): LabCapacity {
  const devices = store.devices.all()
  const holders = new Map(store.leases.live().flatMap(lease => lease.sliceIds.map(sliceId => [sliceId, lease.holder] as const)))
  const changing = new Set(store.layoutChanges.unfinished().map(({ deviceId }) => deviceId))
  const rowsOf = new Map<string, SliceRow[]>(devices.map(({ id }) => [id, []]))
  for (const row of store.slices.all())
    rowsOf.get(row.deviceId)?.push(row)
  const unusable = (device: DeviceRow) => changing.has(device.id) ? 'its layout is being changed' : whyUnusable(device, host.cudaInstalled)

  const slices = devices.filter(({ mode }) => mode !== 'shared').flatMap((device) => {
    const rules = rulesOf(device, host.tablesFor(device))
    const rows = rowsOf.get(device.id) ?? []
    return rows
      .filter(({ id }) => rows.every(({ parentId }) => parentId !== id))
      .map(row => labSlice(device, row, { rules, instance: rows.find(({ id }) => id === row.parentId), holder: holders.get(row.id) ?? null, unusable: unusable(device), host }))
  })
  const pools = devices.filter(({ mode }) => mode === 'shared').map((device): PlanPool => {
    const parts = rowsOf.get(device.id) ?? []
    return {
      device: device.id,
      deviceName: device.name,
      model: device.model,
      label: device.label,
      isGpu: device.kind !== 'cpu',
      memoryMiB: device.memoryMiB,
      freeMiB: device.memoryMiB - parts.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0),
      holders: parts.flatMap(({ id }) => holders.get(id) ?? []),
      unusable: unusable(device),
    }
  })
  return { slices, pools }
}

/** A part of a shared device that was made for a job, to run it on. Its compute is not partitioned: it may use every core. */
export function labPart(device: DeviceRow, row: SliceRow, host: LabHost): LabSlice {
  return labSlice(device, row, { rules: rulesOf(device, host.tablesFor(device)), instance: undefined, holder: null, unusable: null, host })
}

interface Place {
  readonly rules: CutRules
  /** The GPU instance of a compute instance. */
  readonly instance: SliceRow | undefined
  readonly holder: string | null
  readonly unusable: string | null
  readonly host: LabHost
}

/** How a share is kept: those of a mode whose slices take turns have every core in theirs. */
function meansOf({ policy, spatial }: ComputeTerms, { spatialMeans }: LabHost): ComputeMeans {
  if (policy === 'whole')
    return 'none'
  return spatial ? spatialMeans : 'turns'
}

function labSlice(device: DeviceRow, row: SliceRow, { rules, instance, holder, unusable, host }: Place): LabSlice {
  const terms = termsOf(device, row)
  return {
    id: row.id,
    device: device.id,
    deviceName: device.name,
    model: device.model,
    label: device.label,
    isGpu: device.kind !== 'cpu',
    profile: row.profile,
    start: row.start,
    memoryMiB: row.memoryMiB,
    computeShare: row.computeShare,
    sm: row.sm,
    engines: rules.offer(instance?.profile ?? row.profile)?.engines ?? null,
    threads: threadsFor(terms, meansOf(terms, host), host.cores),
    holder,
    unusable,
    row,
    terms,
    isHardware: device.kind === 'gpu',
    hardwareKey: device.kind === 'gpu' ? device.hardwareKey : null,
  }
}
