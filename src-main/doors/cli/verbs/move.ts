import type { Command } from 'commander'
import type { CallInput } from '../../../contract/calls'
import type { Act, VerbContext } from '../context'
import type { NeedOptions } from '../needOptions'
import type { Session } from '../session'
import { InvalidArgumentError } from 'commander'
import { TrancheError } from '../../../contract/errors'
import { chooseDevice, chooseSlice } from '../chooseDevice'
import { moveLines, targetLines } from '../moveLines'
import { addNeedOptions, toNeed } from '../needOptions'

interface MoveOptions extends NeedOptions { readonly slice?: string, readonly profile?: string, readonly device?: string, readonly tolerance?: number, readonly list?: true }

export function addMove(program: Command, act: Act): void {
  addNeedOptions(program.command('move <job>')
    .description('move a running job to another slice; it goes on meanwhile, and nothing is computed twice')
    .option('--slice <slice>', 'the very slice: its id, or the beginning of one')
    .option('--profile <profile>', 'a slice of this profile (default: the best that is free)')
    .option('--device <device>', 'a slice of this device: id, the beginning of one, name or label')
    .option('--tolerance <part>', 'how far results may differ where the other slice computes on another backend: 0.001', tolerance)
    .option('--list', 'only show where it could go now, and why not elsewhere'))
    .action((id: string, options: MoveOptions, command: Command) => act(command, (context) => {
      const need = toNeed(options)
      const { slice, profile, device, tolerance } = options
      if (slice !== undefined && (profile ?? device ?? need) !== undefined)
        throw new TrancheError('invalid_input', '--slice names the very slice: leave --profile, --device and what it has to have away.')
      if (options.list && (slice ?? profile ?? device ?? tolerance ?? need) !== undefined)
        throw new TrancheError('invalid_input', '--list shows every place: leave the other options away.')
      return options.list ? showTargets(context, id) : move(context, { id, ...need && { need } }, options)
    }))
}

async function showTargets({ output, withLab }: VerbContext, id: string): Promise<void> {
  const targets = await withLab('ask', lab => lab.call('jobs.moveTargets', { id }))
  output.answer(targets, () => targetLines(targets, output.style))
}

async function move({ output, withLab }: VerbContext, wish: CallInput<'jobs.move'>, options: MoveOptions): Promise<void> {
  await withLab('ask', async (lab) => {
    const input = { ...wish, ...await wanted(lab, options) }
    output.progress(`Moving ${wish.id}: the model is loading on the other slice`)
    const report = await lab.call('jobs.move', input)
    const devices = output.json ? [] : await lab.call('devices.list', {})
    output.answer(report, () => moveLines([report], devices))
  })
}

/** What was typed, with the names that a person uses made ids. */
async function wanted(lab: Session, { slice, profile, device, tolerance }: MoveOptions): Promise<Omit<CallInput<'jobs.move'>, 'id'>> {
  const devices = slice === undefined && device === undefined ? [] : await lab.call('devices.list', {})
  return {
    ...slice !== undefined && { slice: chooseSlice(devices, slice).slice.id },
    ...profile !== undefined && { profile },
    ...device !== undefined && { device: chooseDevice(devices, device).id },
    ...tolerance !== undefined && { tolerance },
  }
}

function tolerance(value: string): number {
  const part = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e-?\d{1,2})?$/i.test(value) ? Number(value) : -1
  if (part < 0 || part > 1)
    throw new InvalidArgumentError('It is a part from 0 to 1: 0.001, or 1e-3.')
  return part
}
