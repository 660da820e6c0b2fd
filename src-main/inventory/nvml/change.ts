import type { ComputeHandle, InstanceHandle } from './instances'
import type { Nvml } from './library'
import type { NvmlMigMode, NvmlRequest } from './protocol'
import type { NvmlInstance, NvmlProcess } from './reading'
import { TrancheError } from '../../contract/errors'
import { ask } from './answers'
import { computeProfiles, describeInstance, listComputeInstances, listInstances, readMigUuids } from './instances'
import { createProblems } from './problems'
import { readProcesses } from './processes'
import { readProfiles } from './profiles'
import { insist, refusalOf } from './refusal'
import { nvmlCodes } from './returnCodes'

type Create = Extract<NvmlRequest, { call: 'createInstance' }>
type Destroy = Extract<NvmlRequest, { call: 'destroyInstance' }>
type SetMode = Extract<NvmlRequest, { call: 'setMigMode' }>

/**
 * Creates a GPU instance at a place and its compute instances in it; all of them or nothing. Answers what the driver says
 * it made, which the caller compares with what it wanted.
 */
export function createInstance(nvml: Nvml, { uuid, profileId, start, size, compute }: Create): NvmlInstance {
  const doing = `create a GPU instance of profile ${profileId} at slot ${start}`
  const device = deviceOf(nvml, uuid)
  const place = Buffer.alloc(8)
  place.writeUInt32LE(start)
  place.writeUInt32LE(size, 4)
  const handle = insist(nvml, doing, ask(nvml, 'handle', 'nvmlDeviceCreateGpuInstanceWithPlacement', device, profileId, place))
  try {
    for (const slices of compute)
      createCompute(nvml, handle, slices)
    const info = insist(nvml, `tell of the GPU instance that it made`, ask(nvml, 'instance', 'nvmlGpuInstanceGetInfo', handle))
    const made = insist(nvml, `tell of the compute instances that it made`, listComputeInstances(nvml, handle))
    const uuids = readMigUuids(nvml, device)
    return describeInstance({ handle, id: info.id, profileId: info.profileId, ...info.placement }, made, uuids.ok ? uuids.value.get(info.id) ?? [] : [])
  }
  catch (thrown) {
    takeBack(nvml, handle)
    throw thrown
  }
}

function createCompute(nvml: Nvml, instance: bigint, slices: number): void {
  const doing = `create a compute instance of ${slices} compute ${slices === 1 ? 'slice' : 'slices'}`
  const profile = computeProfiles(nvml, instance).find(({ sliceCount }) => sliceCount === slices)
  if (!profile)
    throw refusalOf(nvml, doing, nvmlCodes.notSupported)
  insist(nvml, doing, ask(nvml, 'handle', 'nvmlGpuInstanceCreateComputeInstance', instance, profile.id))
}

/** Of the best effort: the first refusal is what the caller hears of. */
function takeBack(nvml: Nvml, instance: bigint): void {
  const compute = listComputeInstances(nvml, instance)
  for (const { handle } of compute.ok ? compute.value : [])
    nvml.call('nvmlComputeInstanceDestroy', handle)
  nvml.call('nvmlGpuInstanceDestroy', instance)
}

/**
 * Destroys the GPU instance at a place, its compute instances first, as the driver demands. If it then refuses, the compute
 * instances that are gone are made again.
 */
export function destroyInstance(nvml: Nvml, { uuid, start, size }: Destroy): void {
  const device = deviceOf(nvml, uuid)
  const instance = instanceAt(nvml, device, start, size)
  const doing = `destroy the GPU instance at slot ${start}`
  const compute = insist(nvml, doing, listComputeInstances(nvml, instance.handle))
  const gone: ComputeHandle[] = []
  for (const part of compute) {
    const code = nvml.call('nvmlComputeInstanceDestroy', part.handle)
    if (code !== nvmlCodes.success) {
      restore(nvml, instance, gone)
      throw refusalOf(nvml, `destroy the compute instance ${part.id} of the GPU instance at slot ${start}`, code, processesOf(nvml, device, instance.id))
    }
    gone.push(part)
  }
  const code = nvml.call('nvmlGpuInstanceDestroy', instance.handle)
  if (code !== nvmlCodes.success) {
    restore(nvml, instance, gone)
    throw refusalOf(nvml, doing, code, processesOf(nvml, device, instance.id))
  }
}

function restore(nvml: Nvml, instance: InstanceHandle, gone: readonly ComputeHandle[]): void {
  for (const { profileId } of gone)
    ask(nvml, 'handle', 'nvmlGpuInstanceCreateComputeInstance', instance.handle, profileId)
}

/**
 * Turns MIG on or off. A driver may accept it and put it off until the GPU is reset: then `pending` is what was asked for,
 * `enabled` is not, and `detail` says why.
 */
export function setMigMode(nvml: Nvml, { uuid, enabled }: SetMode): NvmlMigMode {
  const device = deviceOf(nvml, uuid)
  const doing = `turn MIG ${enabled ? 'on' : 'off'}`
  const activation = Buffer.alloc(4)
  const code = nvml.call('nvmlDeviceSetMigMode', device, enabled ? 1 : 0, activation)
  if (code !== nvmlCodes.success)
    throw refusalOf(nvml, doing, code, processesOf(nvml, device))
  const current = Buffer.alloc(4)
  const pending = Buffer.alloc(4)
  const asked = nvml.call('nvmlDeviceGetMigMode', device, current, pending)
  if (asked !== nvmlCodes.success)
    throw refusalOf(nvml, `tell its MIG mode after it was changed`, asked)
  const status = activation.readUInt32LE()
  return {
    enabled: current.readUInt32LE() === 1,
    pending: pending.readUInt32LE() === 1,
    detail: status === nvmlCodes.success ? null : refusalOf(nvml, `${doing} at once`, status, processesOf(nvml, device)).message,
  }
}

function deviceOf(nvml: Nvml, uuid: string): bigint {
  return insist(nvml, `find the GPU ${uuid}`, ask(nvml, 'handle', 'nvmlDeviceGetHandleByUUID', uuid))
}

function instanceAt(nvml: Nvml, device: bigint, start: number, size: number): InstanceHandle {
  const profiles = readProfiles(nvml, device, 'GPU', createProblems(nvml)) ?? []
  const instances = insist(nvml, 'list its GPU instances', listInstances(nvml, device, profiles.map(({ id }) => id)))
  const found = instances.find(instance => instance.start === start && instance.size === size)
  if (!found)
    throw new TrancheError('not_found', `There is no GPU instance at slot ${start} of size ${size}. Read the device again: it may have been removed meanwhile.`)
  return found
}

function processesOf(nvml: Nvml, device: bigint, instanceId?: number): NvmlProcess[] {
  const processes = readProcesses(nvml, device)
  return processes.ok ? processes.value.filter(process => instanceId === undefined || process.instanceId === null || process.instanceId === instanceId) : []
}
