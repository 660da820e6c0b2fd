import type { HandOverDevice } from './handOverDevice'
import { TrancheError } from '../contract/errors'
import { gpuName } from './handOverDevice'

/**
 * Throws `unsupported`: the target cannot say what the device is.
 *
 * @param target the other tool by its name
 * @param device whose layout cannot be said
 * @param what cannot be said, and why
 * @param instead what a person can do
 */
export function refuse(target: string, device: HandOverDevice, what: string, instead: string): never {
  throw new TrancheError('unsupported', `${target} cannot say what ${gpuName(device)} is: ${what}. ${instead}`, { details: { target, device: device.name, index: device.index } })
}
