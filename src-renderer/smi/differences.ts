import type { TableDifference } from '@contract/model'
import type { Imported } from './additions'
import { plural } from '../format'

/** A difference with every GPU that has it. */
export interface SharedDifference extends Omit<TableDifference, 'device'> {
  readonly devices: readonly string[]
}

/** What the fields of a profile are called in the window. */
const fieldWords: Readonly<Record<string, string>> = {
  id: 'profile id',
  name: 'name',
  memoryGiB: 'memory in GiB',
  sm: 'multiprocessors',
  maxInstances: 'most instances',
  starts: 'starts',
  size: 'slots',
  profile: 'the profile itself',
}

export function fieldName(field: string): string {
  return fieldWords[field] ?? field
}

/** One side of a difference; null where that side does not know it. */
export function valueWords({ field }: Pick<TableDifference, 'field'>, value: TableDifference['table']): string {
  return value === null ? field === 'profile' ? 'not listed' : 'not known' : String(value)
}

/** Differences in the order of their first appearance: GPUs of one kind differ alike, and are told of once. */
export function sharedDifferences(differences: readonly TableDifference[], gpus: Imported['devices']): SharedDifference[] {
  const models = new Map(gpus.map(({ index, model }) => [`GPU ${index}`, model]))
  const found = new Map<string, { devices: string[], rest: Omit<TableDifference, 'device'> }>()
  for (const { device, ...rest } of differences) {
    const key = JSON.stringify([models.get(device), rest])
    const known = found.get(key)
    if (known)
      known.devices.push(device)
    else
      found.set(key, { devices: [device], rest })
  }
  return [...found.values()].map(({ devices, rest }) => ({ ...rest, devices }))
}

/**
 * What the comparison came to, in a sentence. Without a list of profiles nothing was compared, which is not the same as no
 * difference.
 */
export function comparisonWords({ devices }: Pick<Imported, 'devices'>, places: number): string {
  if (places > 0)
    return `This driver differs from the built-in table in ${plural(places, 'place')}: drivers change them.`
  return devices.some(({ model, profiles }) => model !== null && profiles.length > 0)
    ? 'This driver and the built-in table agree in all that the text tells.'
    : 'Nothing could be compared: the text lists no MIG profiles. Add what nvidia-smi mig -lgip and -lgipp print.'
}

/** `GPU 0, 1, 3` of `GPU 0`, `GPU 1` and `GPU 3`. */
export function gpusWords(devices: readonly string[]): string {
  return devices.map((device, index) => index === 0 ? device : device.replace(/^GPU /, '')).join(', ')
}
