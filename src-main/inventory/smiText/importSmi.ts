import type { CallOutput } from '../../contract/calls'
import type { GpuModel, GpuTables } from '../../slicing/gpuModel'
import type { SmiDevice } from './smiText'
import { modelByName } from '../modelByName'
import { tableDifferences } from '../tableDifferences'
import { modelByProfiles } from './modelByProfiles'
import { readSmiText } from './readSmiText'

/**
 * What the text of nvidia-smi tells of a machine's GPUs, and where their drivers differ from the built-in tables. A GPU
 * without a table has `model: null` and no differences. A profile that is missing where a list breaks off is no difference.
 *
 * Throws `invalid_input` as `readSmiText` does.
 */
export function importSmi(text: string, gpus: GpuTables): CallOutput<'smi.import'> {
  const { devices, problems, brokenOff } = readSmiText(text)
  const recognised = devices.map(device => ({ device, gpu: modelOf(device, gpus) }))
  return {
    devices: recognised.map(({ device, gpu }) => ({ ...device, model: gpu?.model ?? null })),
    differences: recognised.flatMap(({ device, gpu }) => {
      const differences = gpu ? tableDifferences(`GPU ${device.index}`, device.profiles, gpu) : []
      return brokenOff.includes(device.index) ? differences.filter(({ field, driver }) => field !== 'profile' || driver !== null) : differences
    }),
    problems,
  }
}

/** Some names are in a table without MIG and cut as another card (H20): then the profiles tell which. */
function modelOf(device: SmiDevice, gpus: GpuTables): GpuModel | undefined {
  const named = device.name === null ? undefined : modelByName(device.name, device.memoryMiB, gpus)
  if (named && (named.mig || device.profiles.length === 0))
    return named
  return modelByProfiles(device.profiles, gpus) ?? named
}
