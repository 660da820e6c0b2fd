import type { GpuModel, GpuTables } from '../../slicing/gpuModel'
import type { DriverProfile } from '../tableDifferences'

/**
 * The table of a GPU by the ids and names of its MIG profiles, for text that does not name the product. An old driver may
 * lack profiles that the table has. Where several tables have them all (the A100 80GB and the H100 80GB), multiprocessors
 * decide.
 *
 * @returns undefined where no table has every profile with a name, or more than one has
 */
export function modelByProfiles(profiles: readonly DriverProfile[], gpus: GpuTables): GpuModel | undefined {
  const named = profiles.filter(({ name }) => name !== null)
  const candidates = named.length === 0 ? [] : [...gpus.values()].filter(gpu => named.every(profile => tableOf(gpu, profile)))
  const exact = candidates.filter(gpu => named.every(profile => agreesOnSm(gpu, profile)))
  return [candidates, exact].find(({ length }) => length === 1)?.[0]
}

function tableOf(gpu: GpuModel, { id, name }: DriverProfile) {
  return gpu.mig?.profiles.find(table => table.profileId === id && table.name === name)
}

function agreesOnSm(gpu: GpuModel, profile: DriverProfile): boolean {
  const table = tableOf(gpu, profile)?.sm ?? null
  return table === null || profile.sm === null || table === profile.sm
}
