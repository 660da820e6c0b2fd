import type { Stranded } from '@contract/model'
import { memory } from '../format'

/** `10 SMs and 8.62 GiB`; what is not known is left out. Null where nothing is known or nothing stranded. */
export function strandedWords({ sm, memoryMiB }: Stranded): string | null {
  const parts = [sm ? `${sm} ${sm === 1 ? 'SM' : 'SMs'}` : null, memoryMiB ? memory(memoryMiB) : null].filter(part => part !== null)
  return parts.length > 0 ? parts.join(' and ') : null
}

/** `2 NVDEC, 1 OFA`: media engines that no slice has; null where none is left or known. */
export function engineWords({ engines }: Stranded): string | null {
  const names = { nvdec: 'NVDEC', nvenc: 'NVENC', nvjpg: 'JPEG', ofa: 'OFA' }
  const left = (['nvdec', 'nvenc', 'nvjpg', 'ofa'] as const).flatMap(engine => engines?.[engine] ? [`${engines[engine]} ${names[engine]}`] : [])
  return left.length > 0 ? left.join(', ') : null
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
