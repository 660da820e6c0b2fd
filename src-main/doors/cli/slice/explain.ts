import type { Command } from 'commander'
import type { Act } from '../context'
import { deviceOf } from '../chooseDevice'
import { explainLines } from '../explainLines'
import { wholeNumber } from '../quantities'

interface ExplainOptions { readonly device: string, readonly profile: string, readonly count: number }

export function addExplain(slice: Command, act: Act): void {
  slice.command('explain')
    .description('say whether a profile fits a device now, or why not and what would let it in')
    .requiredOption('--device <device>', 'id, the beginning of one, name or label')
    .requiredOption('--profile <profile>', 'what is to be cut, e.g. 2g.20gb')
    .option('--count <n>', 'how many of it, all or none', wholeNumber, 1)
    .action(({ device: given, profile, count }: ExplainOptions, command: Command) => act(command, async ({ output, withLab }) => withLab('ask', async (lab) => {
      const device = await deviceOf(lab, given)
      const explanation = await lab.call('slices.explain', { device: device.id, profile, count })
      output.answer(explanation, () => explainLines(explanation, device, { profile, count }, output.style))
    })))
}
