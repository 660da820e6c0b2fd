import type { Command } from 'commander'
import type { CallOutput } from '../../../contract/calls'
import type { DeviceMode, Profile } from '../../../contract/model'
import type { Act } from '../context'
import type { Style } from '../text'
import { addModeOption, toModelMode } from '../cutOptions'
import { memory, printable, table } from '../text'

const heading = ['profile', 'id', 'compute', 'size', 'starts', 'max', 'GiB', 'SMs', 'engines']

export function addProfiles(program: Command, act: Act): void {
  addModeOption(program.command('profiles <model>'), 'mode (default: the most capable one of the model)')
    .description('list what a GPU model can be cut into; `tranche lab models` lists the models')
    .option('--mixed', 'vGPUs of mixed sizes')
    .action((model: string, options: { mode?: DeviceMode, mixed?: true }, command: Command) => act(command, async ({ output, withLab }) => {
      const input = { model, ...toModelMode(options) }
      const answer = await withLab('ask', lab => lab.call('profiles.list', input))
      output.answer(answer, () => lines(answer, output.style))
    }))
}

function lines({ model, name, mode, vgpuMode, slots, computeSlices, sm, usableMiB, confidence, sources, profiles }: CallOutput<'profiles.list'>, style: Style): string[] {
  const whole = [
    `${mode}${vgpuMode === null ? '' : ` of ${vgpuMode === 'mixed' ? 'mixed sizes' : 'equal size'}`}`,
    `${slots} slots`,
    ...computeSlices === null ? [] : [`${computeSlices} compute slices`],
    ...sm === null ? [] : [`${sm} SMs`],
    `${memory(usableMiB)} usable`,
  ]
  const notes = profiles.filter(({ note }) => note !== null)
  return [
    `${style.strong(printable(model))}  ${style.faint(printable(`${name}, ${whole.join(', ')}`))}`,
    ...profiles.length === 0
      ? ['Any part of its memory is a profile: 4096MiB, 8GiB, or a fraction such as 0.37.']
      : table([heading, ...profiles.map(profile => row(profile, mode))], (cell, r) => r === 0 ? style.faint(cell) : cell),
    ...profiles.some(({ memoryIsEstimate }) => memoryIsEstimate) ? ['~ a cautious estimate: no source tells the usable memory'] : [],
    ...notes.map(profile => printable(`${profile.name}: ${profile.note}`)),
    ...confidence === '' ? [] : [`How sure: ${printable(confidence)}`],
    ...sources.map(source => `Source: ${printable(source)}`),
  ]
}

function row(profile: Profile, mode: DeviceMode): string[] {
  return [
    profile.name,
    profile.id === null ? '-' : String(profile.id),
    profile.computeSlices === 0 ? `${Math.round(profile.computeShare * 1000) / 10} %` : String(profile.computeSlices),
    String(profile.size),
    startsText(profile.starts),
    String(profile.maxInstances),
    `${profile.memoryIsEstimate ? '~' : ''}${profile.memoryGiB.toFixed(2)}`,
    profile.sm === null ? mode === 'mig' ? '?' : '-' : String(profile.sm),
    enginesText(profile.engines),
  ]
}

/** `0,2,4`; a long even row as `0-155 by 5`. */
export function startsText(starts: readonly number[]): string {
  if (starts.length < 5)
    return starts.join(',')
  const step = starts[1] - starts[0]
  const even = starts.every((start, i) => start === starts[0] + i * step)
  return even ? `${starts[0]}-${starts.at(-1)}${step === 1 ? '' : ` by ${step}`}` : starts.join(',')
}

/** `CE 2, NVDEC 1`: those that it has, and a question mark for what no source tells. */
function enginesText(engines: Profile['engines']): string {
  if (engines === null)
    return '-'
  const words = { copy: 'CE', nvdec: 'NVDEC', nvenc: 'NVENC', nvjpg: 'JPEG', ofa: 'OFA' } as const
  const has = (Object.keys(words) as (keyof typeof words)[]).filter(engine => engines[engine] !== 0)
  return has.length === 0 ? 'none' : has.map(engine => `${words[engine]} ${engines[engine] ?? '?'}`).join(', ')
}
