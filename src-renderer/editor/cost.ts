import type { Device, Stranded } from '@contract/model'
import { memory } from '../format'

/** What the slices of a device leave unused of the whole. Null where a figure that it needs is not known. */
export function strandedOf({ sm, usableMiB, slices }: Pick<Device, 'sm' | 'usableMiB' | 'slices'>): Stranded {
  const own = slices.filter(({ parentId }) => parentId === null)
  const taken = own.reduce<number | null>((sum, slice) => sum === null || slice.sm === null ? null : sum + slice.sm, 0)
  return {
    sm: sm === null || taken === null ? null : Math.max(0, sm - taken),
    memoryMiB: Math.max(0, usableMiB - own.reduce((sum, slice) => sum + slice.memoryMiB, 0)),
  }
}

/** `10 SMs and 8.62 GiB`; what is not known is left out. Null where nothing is known or nothing stranded. */
export function strandedWords({ sm, memoryMiB }: Stranded): string | null {
  const parts = [sm ? `${sm} ${sm === 1 ? 'SM' : 'SMs'}` : null, memoryMiB ? memory(memoryMiB) : null].filter(part => part !== null)
  return parts.length > 0 ? parts.join(' and ') : null
}

/** What of a profile's name fits into a small drawing: `3g` of `3g.40gb`, `12C` of `A40-12C`. */
export function shortProfile(profile: string): string {
  return profile.split('.')[0].replace(/^.*-/, '')
}

/** `3 × 2g.20gb, 1g.10gb`, in the order of first appearance. */
export function countedProfiles(slices: readonly { readonly profile: string }[]): string {
  const counts = new Map<string, number>()
  for (const { profile } of slices)
    counts.set(profile, (counts.get(profile) ?? 0) + 1)
  return [...counts].map(([profile, count]) => count === 1 ? profile : `${count} × ${profile}`).join(', ')
}
