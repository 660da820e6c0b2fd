import type { Command } from 'commander'
import type { CallInput } from '../../../contract/calls'
import type { Act, VerbContext } from '../context'
import type { CutOptions } from '../cutOptions'
import { TrancheError } from '../../../contract/errors'
import { deviceOf } from '../chooseDevice'
import { addCutOptions, readLayout, toSettings } from '../cutOptions'
import { floorPlan } from '../floorPlan'
import { planLines } from '../planLines'
import { scaleOf } from './scale'

interface PlanOptions extends CutOptions { readonly device: string, readonly compact?: true, readonly dryRun?: true, readonly basis?: string, readonly moveJobs?: true }

export function addPlan(slice: Command, act: Act): void {
  addWishOptions(slice.command('plan'))
    .description('show the way from the present layout of a device to another; changes nothing')
    .action((options: PlanOptions, command: Command) => act(command, context => plan(context, options)))
}

export function addApply(slice: Command, act: Act): void {
  addWishOptions(slice.command('apply'))
    .description('change the layout of a device')
    .option('--dry-run', 'only show the plan')
    .option('--basis <text>', 'the "basis" of a plan: refuse if the device has changed since')
    .option('--move-jobs', 'move the running jobs that are in the way: to their new place, or to another slice that holds them')
    .action((options: PlanOptions, command: Command) => act(command, context => options.dryRun ? plan(context, options) : apply(context, options)))
}

function addWishOptions(command: Command): Command {
  return addCutOptions(command.requiredOption('--device <device>', 'id, the beginning of one, name or label'))
    .option('--compact', 'in place of --layout: the slices it has, at the places that leave most room')
}

async function plan(context: VerbContext, options: PlanOptions): Promise<void> {
  const { output, withLab } = context
  const wish = await toWish(context, options)
  await withLab('ask', async (lab) => {
    const device = await deviceOf(lab, options.device)
    const plan = await lab.call('slices.plan', { ...wish, device: device.id })
    const scale = await scaleOf(lab, device, plan, output)
    output.answer(plan, () => planLines(plan, scale, output.style, output.columns))
  })
}

async function apply(context: VerbContext, options: PlanOptions): Promise<void> {
  const { output, withLab } = context
  const wish = await toWish(context, options)
  // Cutting real hardware takes seconds, in which others are answered.
  await withLab('stay', async (lab) => {
    const device = await deviceOf(lab, options.device)
    const applied = await lab.call('slices.apply', {
      ...wish,
      device: device.id,
      ...options.basis !== undefined && { basis: options.basis },
      ...options.moveJobs && { moveJobs: true },
    })
    const { plan, device: after } = applied
    output.answer(applied, () => [
      ...planLines(plan, { memoryMiB: device.memoryMiB, before: device, after }, output.style, output.columns),
      '',
      ...floorPlan(after, output.style, output.columns),
    ])
  })
}

/** What was typed as what the lab is asked, but for the device. Read before the lab is opened: a mistake opens nothing. */
async function toWish(context: VerbContext, options: PlanOptions): Promise<Omit<CallInput<'slices.plan'>, 'device'>> {
  const { layout, compact, mode } = options
  if ((layout === undefined) === (compact === undefined))
    throw new TrancheError('invalid_input', 'Say what the device should be cut into: --layout "3g.40gb@4,1g.10gb x2", --layout none, or --compact; one of them.')
  const settings = toSettings(options)
  return {
    layout: layout === undefined ? 'compact' : await readLayout(context, layout),
    ...mode !== undefined && { mode },
    ...settings && { settings },
  }
}
