import type { TableDifference } from '../contract/model'
import type { GpuModel, MigProfile } from '../slicing/gpuModel'

/** A GPU-instance profile in a driver's words, from NVML or from the text of `nvidia-smi mig`. Null: it does not tell. */
export interface DriverProfile {
  readonly id: number
  readonly name: string | null
  /** As nvidia-smi prints it, to two decimals. */
  readonly memoryGiB: number | null
  readonly sm: number | null
  readonly maxInstances: number | null
  /** Memory slots where it may begin, and how many it covers. */
  readonly starts: readonly number[] | null
  readonly size: number | null
}

/** Two decimals, rounded either way: C prints 9.625 as 9.62 and others as 9.63. */
const printedWithinGiB = 0.0051

/**
 * Where a driver and the built-in table of a GPU differ, in the driver's order. Profiles are the same by their id, else by
 * their name. What the driver does not tell is not compared; what only the table does not know is a difference, with
 * `table: null`. A profile that one side lacks differs in the field `profile`. A driver that lists no profile at all was
 * not asked, or has nothing to say while MIG is off: then there is no difference.
 *
 * @param device how the device is to be called in the result
 */
export function tableDifferences(device: string, profiles: readonly DriverProfile[], gpu: GpuModel): TableDifference[] {
  if (profiles.length === 0)
    return []
  const pairs = pair(profiles, gpu.mig?.profiles ?? [])
  return [
    ...pairs.flatMap(({ driver, table }) => table
      ? fieldsOf(driver, table).map(difference => ({ device, profile: table.name, ...difference }))
      : [{ device, profile: driver.name ?? `id ${driver.id}`, field: 'profile', table: null, driver: driver.name ?? driver.id }]),
    ...(gpu.mig?.profiles ?? [])
      .filter(table => pairs.every(other => other.table !== table))
      .map(({ name }) => ({ device, profile: name, field: 'profile', table: name, driver: null })),
  ]
}

interface Pair { readonly driver: DriverProfile, readonly table: MigProfile | undefined }

/** Each profile of the table is paired at most once: ids win, as names drift with drivers. */
function pair(profiles: readonly DriverProfile[], table: readonly MigProfile[]): Pair[] {
  const byId = new Map(profiles.map(driver => [driver, table.find(({ profileId }) => profileId === driver.id)]))
  const taken = new Set(byId.values())
  return profiles.map(driver => ({
    driver,
    table: byId.get(driver) ?? table.find(known => known.name === driver.name && !taken.has(known)),
  }))
}

type FieldDifference = Pick<TableDifference, 'field' | 'table' | 'driver'>

function fieldsOf(driver: DriverProfile, table: MigProfile): FieldDifference[] {
  const fields: FieldDifference[] = [
    { field: 'id', table: table.profileId, driver: driver.id },
    { field: 'name', table: table.name, driver: driver.name },
    { field: 'memoryGiB', ...memories(driver, table) },
    { field: 'sm', table: table.sm, driver: driver.sm },
    { field: 'maxInstances', table: table.maxInstances, driver: driver.maxInstances },
    { field: 'starts', table: inOrder(table.starts), driver: driver.starts && inOrder(driver.starts) },
    { field: 'size', table: table.size, driver: driver.size },
  ]
  return fields.filter(({ table, driver }) => driver !== null && table !== driver)
}

/** Both to two decimals; the table's as the driver's where they are the same but for how they were rounded. */
function memories({ memoryGiB }: DriverProfile, { memoryMiB }: MigProfile): { table: number | null, driver: number | null } {
  const driver = memoryGiB === null ? null : twoDecimals(memoryGiB)
  if (memoryMiB === null)
    return { table: null, driver }
  const isSame = memoryGiB !== null && Math.abs(memoryGiB - memoryMiB / 1024) <= printedWithinGiB
  return { table: isSame ? driver : twoDecimals(memoryMiB / 1024), driver }
}

function twoDecimals(value: number): number {
  return Math.round(value * 100) / 100
}

function inOrder(starts: readonly number[]): string {
  return starts.toSorted((a, b) => a - b).join(',')
}
