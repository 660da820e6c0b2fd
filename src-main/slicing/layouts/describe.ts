import type { CallOutput, CallParsed } from '../../contract/calls'
import type { DeviceMode, Profile } from '../../contract/model'
import type { CutRules, Offer } from '../cutRules'
import type { GpuModel, GpuTables } from '../gpuModel'
import { TrancheError } from '../../contract/errors'
import { findModel } from '../gpuModel'
import { modesOf, rulesOf } from '../rules'
import { listLayouts } from './layouts'
import { strandedBy, wholeOf } from './stranding'

type Asked = Pick<CallParsed<'profiles.list'>, 'model' | 'mode' | 'vgpuMode'>

/** A profile as the doors show it. */
export function describeOffer({ name, profileId, computeSlices, starts, size, maxInstances, memoryMiB, memoryIsEstimate, computeShare, sm, engines, note }: Offer): Profile {
  return { name, id: profileId, computeSlices, starts: [...starts], size, maxInstances, memoryMiB, memoryGiB: Math.round(memoryMiB / 1024 * 100) / 100, memoryIsEstimate, computeShare, sm, engines, note }
}

/** Every profile of a GPU model in a mode, with where the figures come from. Throws `not_found` for a model without a table. */
export function describeProfiles(gpus: GpuTables, asked: Asked): CallOutput<'profiles.list'> {
  const { gpu, mode, device, rules } = modelIn(gpus, asked)
  const whole = wholeOf(device, gpus)
  const table = mode === 'mig' ? gpu.mig : mode === 'vgpu' ? gpu.vgpu : mode === 'sriov' ? gpu.sriov : undefined
  return {
    model: gpu.model,
    name: gpu.name,
    mode,
    vgpuMode: mode === 'vgpu' ? asked.vgpuMode ?? 'equal' : null,
    slots: rules.slots,
    computeSlices: rules.computeSlices,
    sm: whole.sm,
    usableMiB: whole.usableMiB,
    confidence: table?.confidence ?? 'follows from the mode',
    sources: table?.sources ?? [],
    profiles: rules.offers.map(describeOffer),
  }
}

/** The legal layouts of a GPU model in a mode, with what each gives and strands. */
export function describeLayouts(gpus: GpuTables, asked: CallParsed<'layouts.list'>): CallOutput<'layouts.list'> {
  const { gpu, mode, device, rules } = modelIn(gpus, asked)
  const whole = wholeOf(device, gpus)
  const { layouts, truncated, distinct } = listLayouts(rules, { profiles: asked.profiles, maximal: asked.maximal, limit: asked.limit })
  return {
    model: gpu.model,
    mode,
    truncated,
    distinct,
    layouts: layouts.map(({ slices, maximal }) => {
      const stranded = strandedBy(whole, rules, slices)
      return {
        slices: [...slices],
        maximal,
        sm: sumOf(rules, slices, ({ sm }) => sm),
        memoryMiB: sumOf(rules, slices, ({ memoryMiB, memoryIsEstimate }) => memoryIsEstimate ? null : memoryMiB),
        stranded,
      }
    }),
  }
}

/** A model in a mode: its most capable one unless told. */
function modelIn(gpus: GpuTables, { model, mode, vgpuMode }: Asked): { readonly gpu: GpuModel, readonly mode: DeviceMode, readonly device: Parameters<typeof rulesOf>[0], readonly rules: CutRules } {
  const gpu = findModel(gpus, model)
  if (!gpu)
    throw new TrancheError('not_found', `There is no table for a GPU model ${model}. Known: ${[...gpus.keys()].join(', ')}.`)
  const chosen = mode ?? (gpu.mig ? 'mig' : modesOf(gpu).find(each => each === 'vgpu') ?? 'passthrough')
  if (vgpuMode === 'mixed' && gpu.vgpu?.mixedSize === false)
    throw new TrancheError('unsupported', `${gpu.model} has no mixed-size mode: the vendor's tables list none.`)
  const device = { model: gpu.model, mode: chosen, memoryMiB: gpu.memoryMiB, settings: { vgpuMode } }
  return { gpu, mode: chosen, device, rules: rulesOf(device, gpus) }
}

function sumOf(rules: CutRules, slices: readonly { readonly profile: string }[], figure: (offer: Offer) => number | null): number | null {
  return slices.reduce<number | null>((sum, { profile }) => {
    const offer = rules.offer(profile)
    const value = offer ? figure(offer) : null
    return sum === null || value === null ? null : sum + value
  }, 0)
}
