import type { Answer } from './answers'
import type { Nvml } from './library'
import type { Problems } from './problems'
import type { NvmlProfile } from './reading'
import type { ProfileFigures } from './structs'
import { ask, askList, askVersioned, isTooOld } from './answers'
import { nvmlCodes } from './returnCodes'

/** More than any driver has kinds of profiles: NVML_GPU_INSTANCE_PROFILE_COUNT grows with each. */
export const profileKinds = 32

/** A kind of profile that this GPU does not have, or that its driver is too old to know. */
export function isAbsent(code: number): boolean {
  return code === nvmlCodes.notSupported || code === nvmlCodes.invalidArgument
}

/** The GPU-instance profiles of a device, by id; null if its driver tells none. Works with MIG off too. */
export function readProfiles(nvml: Nvml, device: bigint, name: string, problems: Problems): NvmlProfile[] | null {
  const profiles = new Map<number, NvmlProfile>()
  for (let kind = 0; kind < profileKinds; kind++) {
    const figures = readProfile(nvml, device, kind)
    if (figures.ok)
      profiles.set(figures.value.id, describe(nvml, device, figures.value, name, problems))
    else if (!isAbsent(figures.code))
      problems.note(`${name}, MIG profiles`, figures.code)
  }
  return profiles.size === 0 ? null : [...profiles.values()]
}

type Figures = ProfileFigures & { readonly name?: string }

/** Asks in the newest way that the driver knows. One that does not know a structure's version may call it any kind of wrong. */
function readProfile(nvml: Nvml, device: bigint, kind: number): Answer<Figures> {
  const newest = askVersioned(nvml, 'profileV3', 3, 'nvmlDeviceGetGpuInstanceProfileInfoV', device, kind)
  if (newest.ok || newest.code === nvmlCodes.notSupported)
    return newest
  const newer = askVersioned(nvml, 'profileV2', 2, 'nvmlDeviceGetGpuInstanceProfileInfoV', device, kind)
  return isTooOld(newer) ? ask(nvml, 'profileV1', 'nvmlDeviceGetGpuInstanceProfileInfo', device, kind) : newer
}

function describe(nvml: Nvml, device: bigint, figures: Figures, name: string, problems: Problems): NvmlProfile {
  const places = problems.orNull(`${name}, places of MIG profile ${figures.id}`, readPlaces(nvml, device, figures.id))
  return {
    id: figures.id,
    name: figures.name?.replace(/^MIG /, '') || null,
    computeSlices: figures.sliceCount,
    memoryMiB: Number(figures.memorySizeMB),
    sm: figures.multiprocessorCount,
    maxInstances: figures.instanceCount,
    starts: places && places.map(({ start }) => start).sort((a, b) => a - b),
    size: places?.[0]?.size ?? null,
    engines: { copy: figures.copyEngineCount, nvdec: figures.decoderCount, nvenc: figures.encoderCount, nvjpg: figures.jpegCount, ofa: figures.ofaCount },
  }
}

/** Every place, free or not. The call wants the profile's id, where others want its kind. */
function readPlaces(nvml: Nvml, device: bigint, profileId: number) {
  const places = askList(nvml, 'placement', 16, (list, count) => nvml.call('nvmlDeviceGetGpuInstancePossiblePlacements_v2', device, profileId, list, count))
  return isTooOld(places)
    ? askList(nvml, 'placement', 16, (list, count) => nvml.call('nvmlDeviceGetGpuInstancePossiblePlacements', device, profileId, list, count))
    : places
}
