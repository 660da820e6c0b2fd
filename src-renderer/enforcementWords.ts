import type { Enforcement, SliceUse } from '@contract/model'
import { memory, percent } from './format'

/** From this part of its limit on, memory is shown as scarce. */
const nearLimit = 0.9

/** What keeps a worker's compute within its slice, short enough for a chip: `Turns 10 ms`. */
export function meansWords({ means, timeSliceMs }: Enforcement['compute']): string {
  const words = { 'none': 'Whole device', 'turns': 'Turns', 'quota': 'Quota', 'batch-ends': 'Batch ends', 'driver': 'Driver' }[means]
  return timeSliceMs === null ? words : `${words} ${timeSliceMs} ms`
}

/** The part of the device's compute that a slice is due. */
export function dueWords({ share }: Enforcement['compute']): string {
  return share === null ? 'an equal part, by how many others compute' : `${percent(share)} of the device`
}

/**
 * Cores that a worker is due; null where its share depends on others, or where it does not compute on the host's cores. One
 * that takes turns has threads for all of the device's cores; a quota counts those of the host.
 */
export function dueCores({ threads, enforcement: { compute } }: Pick<SliceUse, 'threads' | 'enforcement'>, hostCores: number): number | null {
  switch (compute.means) {
    case 'none': return threads
    case 'driver': return null
    case 'quota': return compute.share === null ? null : compute.share * hostCores
    default: return compute.share === null ? null : compute.share * threads
  }
}

/** `0.8 of 2 cores, 93 % of its due` */
export function coresWords(use: Pick<SliceUse, 'cores' | 'threads' | 'enforcement'>, hostCores: number): string {
  const due = dueCores(use, hostCores)
  const cores = `${use.cores.toFixed(1)} of ${use.threads} ${use.threads === 1 ? 'core' : 'cores'}`
  return due === null || due === 0 ? cores : `${cores}, ${percent(use.cores / due)} of its due`
}

export interface MemoryUse {
  /** Of the limit, 0 to 1. */
  readonly share: number
  readonly isNear: boolean
  /** `502 MiB of 39.25 GiB`, `9.16 of 9.63 GiB` */
  readonly words: string
}

/** What a worker's model takes of the memory that its slice has. */
export function memoryUse({ usedMiB, enforcement }: Pick<SliceUse, 'usedMiB' | 'enforcement'>): MemoryUse {
  const { limitMiB } = enforcement.memory
  const share = limitMiB > 0 ? Math.max(0, Math.min(1, usedMiB / limitMiB)) : 0
  return { share, isNear: share >= nearLimit, words: partWords(memory(usedMiB), memory(limitMiB)) }
}

/** A unit that both figures have is said once. */
function partWords(used: string, limit: string): string {
  const [figure, unit] = used.split(' ')
  return limit.endsWith(` ${unit}`) ? `${figure} of ${limit}` : `${used} of ${limit}`
}
