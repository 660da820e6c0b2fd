import type { CutRules, Offer } from '../cutRules'
import { allow, refuse, refusePlace } from './refuse'

/** Holders that one device serves at once: a limit of ours, so that the axis has an end. */
const maxHolders = 64
/** The smallest partition: less would not hold a CUDA context. */
const minMemoryMiB = 64
const seats = Array.from({ length: maxHolders }, (_, seat) => seat)

/**
 * Dynamic fractions, as Bitfusion made them: any part of the memory, unequal parts side by side, made when they are
 * granted and gone when they are released. The memory is partitioned; the compute is not, holders compete for it. Memory
 * pages lie anywhere, so a partition has no place on an axis of memory: the slots here are the seats of the holders.
 * A profile is its size: `4096MiB`, or a fraction of the device, `0.37`.
 * Source: Bitfusion 3.0 user guide, dynamic partial GPUs.
 */
export function sharedRules(device: { readonly model: string, readonly memoryMiB: number }): CutRules {
  const offer = (name: string) => offerOf(device, name)
  return {
    mode: 'shared',
    slots: maxHolders,
    computeSlices: null,
    offers: [],
    offer,
    cut(existing, profile, start) {
      const wanted = offer(profile)
      if (!wanted)
        return refuse('unknown-profile', `${profile} is not a part of ${device.model}. Name its memory (${minMemoryMiB}MiB to ${device.memoryMiB}MiB) or a fraction of it (0.37).`)
      const refused = refusePlace(wanted, existing, profile, start, device.model, [])
      if (refused)
        return refused
      const used = existing.reduce((sum, other) => sum + (memoryOf(other.profile, device.memoryMiB) ?? 0), 0)
      return used + wanted.memoryMiB <= device.memoryMiB
        ? allow(wanted, start)
        : refuse('memory-exhausted', `${wanted.name} are not free: ${device.memoryMiB - used} of ${device.memoryMiB} MiB are left.`, existing)
    },
  }
}

function offerOf(device: { readonly memoryMiB: number }, name: string): Offer | undefined {
  const memoryMiB = memoryOf(name, device.memoryMiB)
  if (memoryMiB === null || memoryMiB < minMemoryMiB || memoryMiB > device.memoryMiB)
    return undefined
  return {
    name: `${memoryMiB}MiB`,
    starts: seats,
    size: 1,
    maxInstances: maxHolders,
    computeSlices: 0,
    memoryMiB,
    memoryIsEstimate: false,
    computeShare: memoryMiB / device.memoryMiB,
    sm: null,
    engines: null,
    profileId: null,
    note: 'the compute is shared with the other holders',
  }
}

/** `4096MiB`, `4GiB`, `0.37`: in MiB, rounded down; null for anything else. */
function memoryOf(name: string, wholeMiB: number): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(mib|gib)?$/i.exec(name.trim()) ?? []
  if (amount === undefined)
    return null
  const number = Number(amount)
  if (unit === undefined)
    return number > 0 && number <= 1 ? Math.floor(number * wholeMiB) : null
  return Math.floor(number * (unit.toLowerCase() === 'gib' ? 1024 : 1))
}
