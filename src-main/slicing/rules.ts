import type { DeviceMode } from '../contract/model'
import type { Cut, CutRules } from './cutRules'
import type { GpuModel } from './gpuModel'
import { TrancheError } from '../contract/errors'
import { migRules } from './mig'
import { passthroughRules } from './passthrough'

export interface CutDevice {
  readonly model: string
  readonly mode: DeviceMode
  readonly memoryMiB: number
}

/** The rules by which a device is cut in the mode it is in. Throws `unsupported` for a mode or model without rules. */
export function rulesOf(device: CutDevice, gpus: ReadonlyMap<string, GpuModel>): CutRules {
  const gpu = gpus.get(device.model)
  if (device.mode === 'passthrough')
    return passthroughRules({ memoryMiB: device.memoryMiB, sm: gpu?.sm ?? null })
  if (device.mode === 'mig' && gpu)
    return migRules(gpu)
  throw new TrancheError('unsupported', `There are no rules for ${device.model} in mode ${device.mode}.`)
}

/**
 * Cuts a whole layout, in the order given. Throws `conflict` with the first rule that is broken.
 * The start slot decides everything later, so it is always stated and never guessed here.
 */
export function cutLayout(rules: CutRules, layout: readonly { readonly profile: string, readonly start: number }[]): Cut[] {
  const cuts: Cut[] = []
  for (const { profile, start } of layout) {
    const answer = rules.cut(cuts, profile, start)
    if (!answer.ok)
      throw new TrancheError('conflict', answer.refusal.message, { details: { rule: answer.refusal.rule } })
    cuts.push(answer.cut)
  }
  return cuts
}
