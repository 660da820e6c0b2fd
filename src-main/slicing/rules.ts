import type { DeviceMode, ModeSettings, Placement } from '../contract/model'
import type { Cut, CutRules, Refusal } from './cutRules'
import type { GpuModel, GpuTables } from './gpuModel'
import { TrancheError } from '../contract/errors'
import { migRules } from './modes/mig'
import { passthroughRules } from './modes/passthrough'
import { sharedRules } from './modes/shared'
import { sriovRules } from './modes/sriov'
import { vgpuRules } from './modes/vgpu'

export interface CutDevice {
  readonly model: string
  readonly mode: DeviceMode
  readonly memoryMiB: number
  readonly settings: ModeSettings
}

/** The rules by which a device is cut in the mode it is in. Throws `unsupported` for a mode that its model has not. */
export function rulesOf(device: CutDevice, gpus: GpuTables): CutRules {
  const gpu = gpus.get(device.model)
  const whole = { model: device.model, memoryMiB: device.memoryMiB, sm: gpu?.sm ?? null }
  switch (device.mode) {
    case 'passthrough':
      return passthroughRules(whole)
    case 'shared':
      return sharedRules(whole)
    case 'sriov':
      if (gpu?.sriov)
        return sriovRules(whole, device.settings.functions ?? gpu.sriov.maxFunctions)
      break
    case 'vgpu':
      if (gpu?.vgpu)
        return vgpuRules(gpu, gpu.vgpu, device.settings.vgpuMode === 'mixed')
      break
    case 'mig':
      if (gpu?.mig)
        return migRules(gpu, gpu.mig)
  }
  throw new TrancheError('unsupported', `${device.model} cannot be cut in mode ${device.mode}; it can be in ${modesOf(gpu).join(', ')}.`)
}

/** The modes that a GPU model can be in. Any device, the host's CPU too, can be handed out whole or in fractions. */
export function modesOf(gpu: GpuModel | undefined): DeviceMode[] {
  return ['passthrough', ...(gpu?.sriov ? ['sriov' as const] : []), ...(gpu?.vgpu ? ['vgpu' as const] : []), ...(gpu?.mig ? ['mig' as const] : []), 'shared']
}

/** Whether a whole layout is legal: its cuts, or the first refusal. */
export function tryLayout(rules: CutRules, layout: readonly Pick<Placement, 'profile' | 'start'>[]): { readonly cuts: Cut[] } | { readonly refusal: Refusal } {
  const cuts: Cut[] = []
  for (const { profile, start } of layout) {
    const answer = rules.cut(cuts, profile, start)
    if (!answer.ok)
      return { refusal: answer.refusal }
    cuts.push(answer.cut)
  }
  return { cuts }
}

/** Cuts a whole layout. Throws `conflict` with the first rule that is broken. */
export function cutLayout(rules: CutRules, layout: readonly Pick<Placement, 'profile' | 'start'>[]): Cut[] {
  const tried = tryLayout(rules, layout)
  if ('refusal' in tried)
    throw new TrancheError('conflict', tried.refusal.message, { details: { rule: tried.refusal.rule } })
  return tried.cuts
}
