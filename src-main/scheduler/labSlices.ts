import type { SliceRow } from '../store/slices'
import type { Store } from '../store/store'
import type { PlanSlice } from './plan'
import { threadsOf, whyUnusable } from '../inventory/usable'

/** A slice with its device and who holds it, as the planner and the runtime want it. */
export interface LabSlice extends PlanSlice {
  readonly row: SliceRow
}

export function labSlices(store: Store, host: { readonly cores: number, readonly cudaInstalled: boolean }): LabSlice[] {
  const devices = new Map(store.devices.all().map(device => [device.id, device]))
  const holders = new Map(store.leases.live().map(lease => [lease.sliceId, lease.holder]))
  return store.slices.all().flatMap((row) => {
    const device = devices.get(row.deviceId)
    if (!device)
      return []
    return [{
      id: row.id,
      device: device.id,
      deviceName: device.name,
      profile: row.profile,
      start: row.start,
      threads: threadsOf(row, host.cores),
      computeShare: row.computeShare,
      isGpu: device.kind !== 'cpu',
      holder: holders.get(row.id) ?? null,
      unusable: whyUnusable(device, host.cudaInstalled),
      row,
    }]
  })
}
