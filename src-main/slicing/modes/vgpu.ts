import type { Placement } from '../../contract/model'
import type { CutAnswer, CutRules, Offer } from '../cutRules'
import type { GpuModel, VgpuTable, VgpuType } from '../gpuModel'
import { allow, offersByName, refuse, refusePlace } from './refuse'

/**
 * Time-sliced vGPUs. The axis is the frame buffer, in steps that every type's count divides, so that a type that fits n
 * times covers a 1/n of it.
 *
 * Equal-size mode (the default): once a vGPU runs, only types of the same frame buffer can be made on that GPU, up to the
 * type's count; series may mix. Mixed-size mode: places decide. Their number per type follows no formula and is the
 * vendor's table; that they lie evenly spread is derived from the counts.
 * Sources: NVIDIA open-gpu-kernel-modules kernel_vgpu_mgr.c; NVIDIA vGPU guide, heterogeneous vGPUs.
 */
export function vgpuRules(gpu: GpuModel, table: VgpuTable, isMixed: boolean): CutRules {
  const types = table.types.filter(type => !isMixed || type.maxMixed !== null)
  const counts = types.map(type => isMixed ? type.maxMixed ?? 1 : type.maxEqual)
  const slots = counts.reduce(leastCommonMultiple, 1)
  const offers = types.map((type, i) => offerOf(type, counts[i], slots)).sort((a, b) => b.memoryMiB - a.memoryMiB || (a.name < b.name ? -1 : 1))
  const offer = offersByName(offers, boardNames(table))
  return {
    mode: 'vgpu',
    slots,
    computeSlices: null,
    offers,
    offer,
    cut(existing, profile, start) {
      const wanted = offer(profile)
      if (wanted && !isMixed) {
        const otherSizes = existing.filter(other => offer(other.profile)?.memoryMiB !== wanted.memoryMiB)
        if (otherSizes.length > 0)
          return refuse('one-size-only', `${gpu.model} is in equal-size mode and has ${otherSizes[0].profile}: beside it only types with the same frame buffer can be made, and ${wanted.name} has ${wanted.memoryMiB} MiB.`, otherSizes)
      }
      const refused = refusePlace(wanted, existing, profile, start, `${gpu.model} in vGPU mode`, offers)
      if (!wanted || refused)
        return refused ?? refuse('unknown-profile', profile)
      return refuseCount(gpu, wanted, existing, offer, isMixed) ?? refuseMemory(gpu, table, wanted, existing, offer) ?? allow(wanted, start)
    },
  }
}

function offerOf(type: VgpuType, count: number, slots: number): Offer {
  const size = slots / count
  return {
    name: type.name,
    starts: Array.from({ length: count }, (_, index) => index * size),
    size,
    maxInstances: count,
    computeSlices: 0,
    memoryMiB: type.frameBufferMiB,
    memoryIsEstimate: false,
    computeShare: 1 / count,
    sm: null,
    engines: null,
    profileId: null,
    note: type.note ?? null,
  }
}

/** In mixed-size mode places are the limit, not counts. */
function refuseCount(gpu: GpuModel, wanted: Offer, existing: readonly Placement[], offer: CutRules['offer'], isMixed: boolean): CutAnswer | null {
  const same = existing.filter(other => offer(other.profile)?.memoryMiB === wanted.memoryMiB)
  return isMixed || same.length < wanted.maxInstances ? null : refuse('too-many-instances', `${gpu.model} takes at most ${wanted.maxInstances} vGPUs of ${wanted.memoryMiB} MiB.`, same)
}

/** The guard against rows of the vendor's tables whose count times their size is more than the card has. */
function refuseMemory(gpu: GpuModel, table: VgpuTable, wanted: Offer, existing: readonly Placement[], offer: CutRules['offer']): CutAnswer | null {
  const used = existing.reduce((sum, other) => sum + (offer(other.profile)?.memoryMiB ?? 0), 0)
  if (used + wanted.memoryMiB <= table.frameBufferMiB)
    return null
  const left = `${wanted.name} needs ${wanted.memoryMiB} MiB; ${table.frameBufferMiB - used} of ${table.frameBufferMiB} are left.`
  return wanted.maxInstances * wanted.memoryMiB > table.frameBufferMiB
    ? refuse('vendor-table-error', `${left} The vendor's table lists ${wanted.maxInstances} of ${wanted.name} on ${gpu.model}, which together are more than the card has: an error of the table.`, existing)
    : refuse('memory-exhausted', left, existing)
}

/** The same types under the names of the model's other boards: `A100DX-20C` is `A100D-20C` on an HGX board. */
function boardNames(table: VgpuTable): ReadonlyMap<string, string> {
  return new Map(table.types.flatMap(({ name }) => table.boards.map(({ prefix }) => [name.replace(/^[^-]+/, prefix), name] as const)))
}

function leastCommonMultiple(a: number, b: number): number {
  return a / greatestCommonDivisor(a, b) * b
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
