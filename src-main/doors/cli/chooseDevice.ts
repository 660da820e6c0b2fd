import type { Device, Slice } from '../../contract/model'
import type { Client } from '../../contract/router'
import { TrancheError } from '../../contract/errors'

/** How many candidates an error lists. */
const maxListed = 8

/**
 * The device that a person means: by its id, its label, its name, or an id's beginning that no other has.
 *
 * @throws TrancheError `not_found` or, where several are meant, `invalid_input`; both list the candidates
 */
export function chooseDevice(devices: readonly Device[], given: string): Device {
  const wanted = given.trim()
  return chooseOne('device', given, [
    devices.filter(({ id }) => id === wanted),
    devices.filter(({ label }) => label === wanted),
    devices.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase()),
    devices.filter(({ id }) => wanted !== '' && id.startsWith(wanted)),
  ], devices, ({ id, name, label }) => `${id} (${name}${label === null ? '' : `, ${label}`})`)
}

/** Like `chooseDevice`, for a slice by its id or the beginning of it. */
export function chooseSlice(devices: readonly Device[], given: string): { readonly slice: Slice, readonly device: Device } {
  const wanted = given.trim()
  const slices = devices.flatMap(device => device.slices.map(slice => ({ slice, device })))
  return chooseOne('slice', given, [
    slices.filter(({ slice }) => slice.id === wanted),
    slices.filter(({ slice }) => wanted !== '' && slice.id.startsWith(wanted)),
  ], slices, ({ slice, device }) => `${slice.id} (${slice.profile}@${slice.start} of ${device.name})`)
}

/** The device that a person means, asked from the lab. */
export async function deviceOf(lab: Client, given: string): Promise<Device> {
  return chooseDevice(await lab.call('devices.list', {}), given)
}

/** The only one of the first way of meaning it that finds any. */
function chooseOne<T>(what: string, given: string, ways: readonly (readonly T[])[], all: readonly T[], describe: (one: T) => string): T {
  const found = ways.find(ones => ones.length > 0) ?? []
  if (found.length === 1)
    return found[0]
  if (found.length > 1)
    throw new TrancheError('invalid_input', `${given} means ${found.length} ${what}s: ${listed(found.map(describe))}. Name one by its id.`)
  throw new TrancheError('not_found', all.length === 0
    ? `There is no ${what} ${given}; there are none at all. \`tranche devices\` shows the lab, \`tranche lab add MODEL\` adds a virtual GPU.`
    : `There is no ${what} ${given}. There ${all.length === 1 ? 'is' : 'are'} ${listed(all.map(describe))}.`)
}

function listed(names: readonly string[]): string {
  const rest = names.length - maxListed
  return rest > 0 ? `${names.slice(0, maxListed).join(', ')} and ${rest} more` : names.join(', ')
}
