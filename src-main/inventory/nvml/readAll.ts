import type { Nvml } from './library'
import type { Problems } from './problems'
import type { NvmlDevice, NvmlInstance, NvmlProfile, NvmlReading } from './reading'
import { ask, askText, askVersioned, isTooOld } from './answers'
import { describeInstance, listComputeInstances, listInstances, readMigUuids } from './instances'
import { createProblems } from './problems'
import { readProcesses } from './processes'
import { readProfiles } from './profiles'
import { nvmlCodes } from './returnCodes'
import { readVgpuTypes } from './vgpuTypes'

/** Arguments of nvml.h: the GPU's own sensor; errors that were not corrected, over its whole life. */
const gpuSensor = 0
const uncorrected = 1
const aggregate = 1

/** Reads everything of every GPU. What one function refuses is null and told as a problem. */
export function readAll(nvml: Nvml): NvmlReading {
  const problems = createProblems(nvml)
  const driverVersion = problems.orNull('Driver version', askText(nvml, 'nvmlSystemGetDriverVersion'))
  const count = problems.orNull('Number of GPUs', ask(nvml, 'uint', 'nvmlDeviceGetCount_v2')) ?? 0
  const devices: NvmlDevice[] = []
  for (let index = 0; index < count; index++) {
    const handle = problems.orNull(`GPU ${index}`, ask(nvml, 'handle', 'nvmlDeviceGetHandleByIndex_v2', index))
    const uuid = handle && problems.orNull(`GPU ${index}, UUID`, askText(nvml, 'nvmlDeviceGetUUID', handle))
    if (handle && uuid)
      devices.push(readDevice(nvml, handle, index, uuid, problems))
  }
  return { found: true, driverVersion, devices, problems: problems.sentences }
}

function readDevice(nvml: Nvml, device: bigint, index: number, uuid: string, problems: Problems): NvmlDevice {
  const name = `GPU ${index}`
  const utilisation = problems.orNull(`${name}, utilisation`, ask(nvml, 'utilization', 'nvmlDeviceGetUtilizationRates', device))
  const powerMilliwatts = problems.orNull(`${name}, power`, ask(nvml, 'uint', 'nvmlDeviceGetPowerUsage', device))
  const eccErrors = problems.orNull(`${name}, memory errors`, ask(nvml, 'ulong', 'nvmlDeviceGetTotalEccErrors', device, uncorrected, aggregate))
  const pci = problems.orNull(`${name}, PCI id`, ask(nvml, 'pciInfo', 'nvmlDeviceGetPciInfo_v3', device))
  const mig = readMigMode(nvml, device, name, problems)
  const profiles = mig?.capable ? readProfiles(nvml, device, name, problems) : null
  return {
    index,
    uuid,
    name: problems.orNull(`${name}, name`, askText(nvml, 'nvmlDeviceGetName', device)),
    pciDeviceId: pci && `0x${pci.pciDeviceId.toString(16).toUpperCase().padStart(8, '0')}`,
    memoryMiB: readMemory(nvml, device, name, problems),
    utilisation: utilisation && utilisation.gpu / 100,
    temperatureC: problems.orNull(`${name}, temperature`, ask(nvml, 'uint', 'nvmlDeviceGetTemperature', device, gpuSensor)),
    powerW: powerMilliwatts === null ? null : powerMilliwatts / 1000,
    eccErrors: eccErrors === null ? null : Number(eccErrors),
    processes: problems.orNull(`${name}, processes`, readProcesses(nvml, device)),
    mig,
    profiles,
    instances: mig && (mig.enabled ? profiles && readInstances(nvml, device, profiles, name, problems) : []),
    vgpuTypes: readVgpuTypes(nvml, device, name, problems),
  }
}

function readMemory(nvml: Nvml, device: bigint, name: string, problems: Problems): NvmlDevice['memoryMiB'] {
  const newer = askVersioned(nvml, 'memoryV2', 2, 'nvmlDeviceGetMemoryInfo_v2', device)
  const memory = problems.orNull(`${name}, memory`, isTooOld(newer) ? ask(nvml, 'memory', 'nvmlDeviceGetMemoryInfo', device) : newer)
  const inMiB = (bytes: number | bigint) => Math.round(Number(bytes) / 1024 ** 2)
  return memory && { total: inMiB(memory.total), used: inMiB(memory.used) }
}

function readMigMode(nvml: Nvml, device: bigint, name: string, problems: Problems): NvmlDevice['mig'] {
  const pending = Buffer.alloc(4)
  const current = Buffer.alloc(4)
  const code = nvml.call('nvmlDeviceGetMigMode', device, current, pending)
  if (code === nvmlCodes.success)
    return { capable: true, enabled: current.readUInt32LE() === 1, pending: pending.readUInt32LE() === 1 }
  if (code === nvmlCodes.notSupported || code === nvmlCodes.functionNotFound)
    return { capable: false, enabled: false, pending: false }
  problems.note(`${name}, MIG mode`, code)
  return null
}

function readInstances(nvml: Nvml, device: bigint, profiles: readonly NvmlProfile[], name: string, problems: Problems): NvmlInstance[] | null {
  const listed = problems.orNull(`${name}, GPU instances`, listInstances(nvml, device, profiles.map(({ id }) => id)))
  const uuids = problems.orNull(`${name}, MIG devices`, readMigUuids(nvml, device))
  return listed && listed.map((instance) => {
    const compute = problems.orNull(`${name}, compute instances of GPU instance ${instance.id}`, listComputeInstances(nvml, instance.handle))
    return describeInstance(instance, compute, uuids?.get(instance.id) ?? [])
  })
}
