import type { Answer } from './answers'
import type { Nvml } from './library'
import type { NvmlInstance } from './reading'
import { ask, askList, askText, isTooOld } from './answers'
import { profileKinds } from './profiles'

/** A GPU instance with the handle that names it to the driver. */
export interface InstanceHandle {
  readonly handle: bigint
  readonly id: number
  readonly profileId: number
  readonly start: number
  readonly size: number
}

export interface ComputeHandle {
  readonly handle: bigint
  readonly id: number
  readonly profileId: number
  readonly slices: number
  readonly start: number | null
}

/** The GPU instances of a device; its profiles say which ids to ask for. */
export function listInstances(nvml: Nvml, device: bigint, profileIds: readonly number[]): Answer<InstanceHandle[]> {
  const instances: InstanceHandle[] = []
  for (const profileId of profileIds) {
    const handles = askList(nvml, 'handle', 16, (list, count) => nvml.call('nvmlDeviceGetGpuInstances', device, profileId, list, count))
    if (!handles.ok)
      return handles
    for (const handle of handles.value) {
      const info = ask(nvml, 'instance', 'nvmlGpuInstanceGetInfo', handle)
      if (!info.ok)
        return info
      instances.push({ handle, id: info.value.id, profileId: info.value.profileId, ...info.value.placement })
    }
  }
  return { ok: true, value: instances.sort((a, b) => a.start - b.start) }
}

/** Profiles of compute instances in a GPU instance, with the engines shared: the only way that there is. */
export function computeProfiles(nvml: Nvml, instance: bigint): { readonly id: number, readonly sliceCount: number }[] {
  const profiles = new Map<number, { id: number, sliceCount: number }>()
  for (let kind = 0; kind < profileKinds; kind++) {
    const profile = ask(nvml, 'computeProfile', 'nvmlGpuInstanceGetComputeInstanceProfileInfo', instance, kind, 0)
    if (profile.ok && !profiles.has(profile.value.id))
      profiles.set(profile.value.id, profile.value)
  }
  return [...profiles.values()]
}

/** The compute instances of a GPU instance. */
export function listComputeInstances(nvml: Nvml, instance: bigint): Answer<ComputeHandle[]> {
  const found: ComputeHandle[] = []
  for (const profile of computeProfiles(nvml, instance)) {
    const handles = askList(nvml, 'handle', 16, (list, count) => nvml.call('nvmlGpuInstanceGetComputeInstances', instance, profile.id, list, count))
    if (!handles.ok)
      return handles
    for (const handle of handles.value) {
      const placed = ask(nvml, 'computeInstance', 'nvmlComputeInstanceGetInfo_v2', handle)
      // The first version of the call leaves the place out.
      const info = isTooOld(placed) ? ask(nvml, 'computeInstance', 'nvmlComputeInstanceGetInfo', handle) : placed
      if (!info.ok)
        return info
      found.push({ handle, id: info.value.id, profileId: profile.id, slices: profile.sliceCount, start: placed.ok ? placed.value.placement.start : null })
    }
  }
  return { ok: true, value: found.sort((a, b) => a.id - b.id) }
}

/** One instance as a reading tells it; `compute` is null where the driver does not tell its compute instances. */
export function describeInstance(instance: InstanceHandle, compute: readonly ComputeHandle[] | null, migUuids: readonly string[]): NvmlInstance {
  return {
    profileId: instance.profileId,
    instanceId: instance.id,
    start: instance.start,
    size: instance.size,
    computeInstances: compute && compute.map(({ id, slices, start }) => ({ id, slices, start })),
    migUuids: [...migUuids],
  }
}

/** UUIDs of the MIG devices of a GPU by GPU instance, each list in the order of the compute instances. */
export function readMigUuids(nvml: Nvml, device: bigint): Answer<ReadonlyMap<number, string[]>> {
  const most = ask(nvml, 'uint', 'nvmlDeviceGetMaxMigDeviceCount', device)
  if (!most.ok)
    return most
  const found: { instance: number, compute: number, uuid: string }[] = []
  // The index has holes: a MIG device keeps its own while others come and go.
  for (let index = 0; index < most.value; index++) {
    const handle = ask(nvml, 'handle', 'nvmlDeviceGetMigDeviceHandleByIndex', device, index)
    if (!handle.ok)
      continue
    const uuid = askText(nvml, 'nvmlDeviceGetUUID', handle.value)
    const instance = ask(nvml, 'uint', 'nvmlDeviceGetGpuInstanceId', handle.value)
    const compute = ask(nvml, 'uint', 'nvmlDeviceGetComputeInstanceId', handle.value)
    if (uuid.ok && instance.ok && compute.ok)
      found.push({ instance: instance.value, compute: compute.value, uuid: uuid.value })
  }
  found.sort((a, b) => a.compute - b.compute)
  return { ok: true, value: groupUuids(found) }
}

function groupUuids(found: readonly { readonly instance: number, readonly uuid: string }[]): Map<number, string[]> {
  const groups = new Map<number, string[]>()
  for (const { instance, uuid } of found)
    groups.set(instance, [...groups.get(instance) ?? [], uuid])
  return groups
}
