import type { GpuModel, GpuTables, MigProfile, MigTable } from '../slicing/gpuModel'
import type { HandOverDevice, HandOverSlice } from './handOverDevice'
import { refuse } from './refuse'

/** The MIG table of a device in MIG mode. */
export function migTableOf(target: string, device: HandOverDevice, gpus: GpuTables): MigTable {
  return gpuOf(target, device, gpus).mig ?? refuse(target, device, `${device.model} has no MIG`, 'Export it in the mode that it is in.')
}

export function gpuOf(target: string, device: HandOverDevice, gpus: GpuTables): GpuModel {
  return gpus.get(device.model) ?? refuse(target, device, `there is no table of ${device.model}`, 'Leave this device out of the export.')
}

export function migProfileOf(target: string, device: HandOverDevice, { profile, start }: HandOverSlice, mig: MigTable): MigProfile {
  return mig.profiles.find(({ name }) => name === profile) ?? refuse(target, device, `its slice ${profile} at slot ${start} is in no table of ${device.model}`, 'Cut it into a profile that is on offer.')
}

/** Whether one compute instance covers the slice. */
export function isUndivided({ compute }: HandOverSlice, { computeSlices }: MigProfile): boolean {
  return compute === undefined || (compute.length === 1 && compute[0] === computeSlices)
}

/** The names of the MIG devices that a slice becomes: `3g.40gb`, or `1c.3g.40gb` for a compute instance of a part of it. */
export function migDeviceNames(slice: HandOverSlice, profile: MigProfile): string[] {
  return (slice.compute ?? [profile.computeSlices]).map(slices => slices === profile.computeSlices ? slice.profile : `${slices}c.${slice.profile}`)
}

/** How often each name occurs, in the order in which they first do. */
export function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
