import type { Placement, Stranded } from '../../contract/model'
import type { CutRules, Offer } from '../cutRules'
import type { Engines, GpuTables } from '../gpuModel'
import type { CutDevice } from '../rules'
import { rulesOf } from '../rules'

/** What a workload could use of a whole device, uncut. */
export interface WholeDevice {
  /** Multiprocessors, where a source tells. */
  readonly sm: number | null
  readonly usableMiB: number
  /** True where no source tells the usable memory. */
  readonly usableIsEstimate: boolean
}

/**
 * The whole of a device: all multiprocessors of the GPU, also those that no MIG instance can have, and the memory of the
 * MIG profile that covers every slot (79.25 GiB of an H100 80GB), of the frame buffer that vGPUs share, or of the card.
 * Throws `unsupported` for a mode that its model has not.
 */
export function wholeOf(device: CutDevice, gpus: GpuTables): WholeDevice {
  const gpu = gpus.get(device.model)
  const rules = rulesOf(device, gpus)
  const covering = rules.mode === 'mig' ? rules.offers.find(({ size }) => size === rules.slots) : undefined
  const shared = rules.mode === 'vgpu' ? gpu?.vgpu?.frameBufferMiB : undefined
  return {
    sm: gpu?.sm ?? null,
    usableMiB: covering?.memoryMiB ?? shared ?? device.memoryMiB,
    usableIsEstimate: covering?.memoryIsEstimate ?? false,
  }
}

/**
 * What a layout leaves unused of the whole device. A figure is null where one that it needs is unknown: an estimate is
 * not known memory, and slices that take turns on the multiprocessors (vGPU, SR-IOV, shared) have none of their own.
 */
export function strandedBy(whole: WholeDevice, rules: CutRules, placements: readonly Pick<Placement, 'profile'>[]): Stranded {
  const offers = placements.map(({ profile }) => rules.offer(profile))
  const sm = sumOf(offers.map(offer => offer?.sm ?? null))
  const memoryMiB = sumOf(offers.map(offer => offer && !offer.memoryIsEstimate ? offer.memoryMiB : null))
  const engines = rules.offers.find(({ size }) => size === rules.slots)?.engines
  return {
    sm: whole.sm === null || sm === null ? null : whole.sm - sm,
    memoryMiB: whole.usableIsEstimate || memoryMiB === null ? null : whole.usableMiB - memoryMiB,
    ...(engines && { engines: enginesLeft(engines, offers) }),
  }
}

/** The media engines of the whole GPU that no instance has. */
function enginesLeft(whole: Engines, offers: readonly (Offer | undefined)[]): NonNullable<Stranded['engines']> {
  const left = (engine: 'nvdec' | 'nvenc' | 'nvjpg' | 'ofa') => {
    const total = whole[engine]
    const taken = sumOf(offers.map(offer => offer?.engines?.[engine] ?? null))
    return total === null || taken === null ? null : total - taken
  }
  return { nvdec: left('nvdec'), nvenc: left('nvenc'), nvjpg: left('nvjpg'), ofa: left('ofa') }
}

function sumOf(figures: readonly (number | null)[]): number | null {
  return figures.reduce<number | null>((sum, figure) => sum === null || figure === null ? null : sum + figure, 0)
}
