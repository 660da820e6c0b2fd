import type { Command } from 'commander'
import type { DeviceMode, ModeSettings, WantedCut } from '../../contract/model'
import type { VerbContext } from './context'
import { InvalidArgumentError, Option } from 'commander'
import { TrancheError } from '../../contract/errors'
import { deviceModes, vgpuModes, vgpuPolicies } from '../../contract/model'
import { parseLayout, parseLayoutJson } from './layoutText'
import { wholeNumber } from './quantities'
import { readText, sourceName } from './readText'

/** How a device is to be cut, as typed. */
export interface CutOptions {
  readonly mode?: DeviceMode
  readonly functions?: number
  readonly vgpu?: typeof vgpuModes[number]
  readonly policy?: typeof vgpuPolicies[number]
  readonly timeSlice?: number | 'default'
  readonly layout?: string
}

export function addModeOption(command: Command, description = 'mode it is in (default: its present one)'): Command {
  return command.addOption(new Option('--mode <mode>', description).choices(deviceModes))
}

/** The options that say in which mode, with which settings and into what a device is cut. */
export function addCutOptions(command: Command): Command {
  return addModeOption(command, 'mode that it should be in')
    .option('--functions <n>', 'sriov: how many virtual functions it shows', wholeNumber)
    .addOption(new Option('--vgpu <sizes>', 'vgpu: one frame buffer size for all, or mixed').choices(vgpuModes))
    .addOption(new Option('--policy <policy>', 'vgpu: who computes when').choices(vgpuPolicies))
    .option('--time-slice <ms>', 'vgpu: 1 to 30 ms, or "default"', timeSlice)
    .option('--layout <cuts>', '"3g.40gb@4,2g.20gb,1g.10gb x2", "none", a .json file, or - for JSON on standard input')
}

/** The settings that were typed; undefined if none was. */
export function toSettings({ functions, vgpu, policy, timeSlice }: CutOptions): ModeSettings | undefined {
  const settings = {
    ...functions !== undefined && { functions },
    ...vgpu !== undefined && { vgpuMode: vgpu },
    ...policy !== undefined && { policy },
    ...timeSlice !== undefined && { timeSliceMs: timeSlice === 'default' ? null : timeSlice },
  }
  return Object.keys(settings).length === 0 ? undefined : settings
}

/**
 * The layout that `--layout` names: in words, or as JSON in a file or on standard input.
 *
 * @throws TrancheError `invalid_input` or `not_found`
 */
export async function readLayout(context: VerbContext, given: string): Promise<WantedCut[]> {
  if (given === '-' || given.toLowerCase().endsWith('.json'))
    return parseLayoutJson(await readText(context, given), sourceName(given))
  return parseLayout(given)
}

/** `--mixed` with the mode that it belongs to, as the calls about a model take them. */
export function toModelMode({ mode, mixed }: { readonly mode?: DeviceMode, readonly mixed?: true }): { mode?: DeviceMode, vgpuMode?: 'mixed' } {
  if (mixed && mode !== undefined && mode !== 'vgpu')
    throw new TrancheError('invalid_input', `--mixed is about vGPUs; it does not go with --mode ${mode}. Leave one of them away.`)
  return { ...(mode ?? mixed) !== undefined && { mode: mode ?? 'vgpu' }, ...mixed && { vgpuMode: 'mixed' as const } }
}

/** No null for the default: commander makes an empty text of it. */
function timeSlice(value: string): number | 'default' {
  if (value === 'default')
    return value
  const ms = /^\d{1,2}(?:\.\d{1,3})?$/.test(value) ? Number(value) : 0
  if (ms < 1 || ms > 30)
    throw new InvalidArgumentError('It is 1 to 30 ms, or "default".')
  return ms
}
