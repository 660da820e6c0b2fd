import type { TableDifference } from '../../contract/model'
import type { GpuModel, GpuTables } from '../../slicing/gpuModel'
import type { DriverProfile } from '../tableDifferences'
import type { NvmlDevice, NvmlProfile } from './reading'
import { modelByName } from '../modelByName'
import { tableDifferences } from '../tableDifferences'

/** Multiprocessors of the H100 on a PCIe card, where the 80 GB table is of the SXM module with 132. Source: NVIDIA H100 data sheet. */
const h100PcieSm = 114
const h100PcieId = '0x233110DE'

type Recognised = Pick<NvmlDevice, 'pciDeviceId' | 'name' | 'memoryMiB'>

/**
 * The table of a GPU that NVML found: by its PCI id, else by its name and memory; undefined if there is none. An H100 PCIe
 * has the places of the 80 GB table and fewer multiprocessors: what it has in each profile no source tells.
 */
export function modelOf(device: Recognised, gpus: GpuTables): GpuModel | undefined {
  const byId = [...gpus.values()].find(({ pciDeviceIds }) => pciDeviceIds.some(id => id.toUpperCase() === device.pciDeviceId?.toUpperCase()))
  const gpu = byId ?? (device.name === null ? undefined : modelByName(device.name, device.memoryMiB?.total ?? null, gpus))
  return gpu && isH100Pcie(device) ? withSm(gpu, h100PcieSm) : gpu
}

function isH100Pcie({ pciDeviceId, name }: Recognised): boolean {
  return pciDeviceId?.toUpperCase() === h100PcieId.toUpperCase() || (pciDeviceId === null && /H100 PCIe/i.test(name ?? ''))
}

function withSm(gpu: GpuModel, sm: number): GpuModel {
  const { mig } = gpu
  return {
    ...gpu,
    sm,
    ...(mig && { mig: { ...mig, sm, profiles: mig.profiles.map(profile => ({ ...profile, sm: profile.size === mig.slots ? sm : null })) as typeof mig.profiles } }),
  }
}

/** A device's profiles as `tableDifferences` takes them. */
export function driverProfiles(device: Pick<NvmlDevice, 'profiles'>): DriverProfile[] {
  return (device.profiles ?? []).map(profile => ({ ...profile, memoryGiB: profile.memoryMiB / 1024 }))
}

/** Where the driver of a device and the table of its model differ. */
export function differencesOf(device: Pick<NvmlDevice, 'name' | 'uuid' | 'profiles'>, gpu: GpuModel): TableDifference[] {
  return tableDifferences(device.name ?? device.uuid, driverProfiles(device), gpu)
}

/**
 * The table with the driver's word in place of the built-in one, so that real hardware is planned by what it says. Profiles
 * keep the table's names; one that the driver does not list is gone, and one that only the driver lists is there if its
 * name and places are known. With no profiles, the table as it is.
 */
export function driverRules(gpu: GpuModel, profiles: readonly NvmlProfile[]): GpuModel {
  const { mig } = gpu
  const [first, ...rest] = profiles.flatMap(profile => ruleOf(profile, mig))
  if (!mig || !first)
    return gpu
  return { ...gpu, mig: { ...mig, profiles: [first, ...rest], vgpuTypes: mig.vgpuTypes.filter(({ profile }) => [first, ...rest].some(({ name }) => name === profile)) } }
}

function ruleOf(driver: NvmlProfile, mig: GpuModel['mig']): NonNullable<GpuModel['mig']>['profiles'] | [] {
  const known = mig?.profiles.find(({ profileId }) => profileId === driver.id)
  const name = known?.name ?? driver.name
  const size = driver.size ?? known?.size
  const [start, ...starts] = driver.starts ?? known?.starts ?? []
  if (!name || !size || start === undefined)
    return []
  return [{
    ...known,
    name,
    profileId: driver.id,
    computeSlices: driver.computeSlices,
    starts: [start, ...starts],
    size,
    maxInstances: driver.maxInstances,
    memoryMiB: driver.memoryMiB,
    sm: driver.sm,
    engines: driver.engines,
  }]
}
