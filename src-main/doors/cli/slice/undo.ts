import type { Command } from 'commander'
import type { Act } from '../context'
import { deviceOf } from '../chooseDevice'
import { floorPlan } from '../floorPlan'
import { planLines } from '../planLines'
import { scaleOf } from './scale'

export function addUndo(slice: Command, act: Act): void {
  slice.command('undo')
    .description('take the last change of a device\'s layout back')
    .requiredOption('--device <device>', 'id, the beginning of one, name or label')
    .option('--dry-run', 'only show the plan')
    .action((options: { device: string, dryRun?: true }, command: Command) => act(command, async ({ output, withLab }) => {
      const dry = options.dryRun ?? false
      await withLab(dry ? 'ask' : 'stay', async (lab) => {
        const before = await deviceOf(lab, options.device)
        const undone = await lab.call('slices.undo', { device: before.id, dry })
        const { plan, device } = undone
        const scale = dry ? await scaleOf(lab, before, plan, output) : { memoryMiB: before.memoryMiB, before, after: device }
        output.answer(undone, () => [
          ...planLines(plan, scale, output.style, output.columns),
          ...dry ? [] : ['', ...floorPlan(device, output.style, output.columns)],
        ])
      })
    }))
}
