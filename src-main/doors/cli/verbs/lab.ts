import type { Command } from 'commander'
import type { CallOutput } from '../../../contract/calls'
import type { Act } from '../context'
import type { CutOptions } from '../cutOptions'
import type { Output } from '../output'
import { deviceOf } from '../chooseDevice'
import { addCutOptions, readLayout, toSettings } from '../cutOptions'
import { modeText } from '../cutText'
import { floorPlan } from '../floorPlan'
import { layoutOf, layoutText } from '../layoutText'
import { wholeNumber } from '../quantities'
import { count, memory, printable, table } from '../text'

/** Of very many new devices, how many are listed. */
const maxListed = 20

interface AddOptions extends CutOptions { readonly count: number, readonly label?: string }

export function addLab(program: Command, act: Act): void {
  const lab = program.command('lab').description('add and remove virtual GPUs')
  addModels(lab, act)
  addAdd(lab, act)
  addRemove(lab, act)
}

function addModels(lab: Command, act: Act): void {
  lab.command('models')
    .description('list the GPU models that a virtual GPU can have, and the modes of each')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const models = await withLab('ask', lab => lab.call('lab.models', {}))
      output.answer(models, () => table(models.map(({ model, name, memoryMiB, modes }) => [model, name, memory(memoryMiB), modes.join(', ')])))
    }))
}

function addAdd(lab: Command, act: Act): void {
  addCutOptions(lab.command('add <model>'))
    .description('add virtual GPUs; `tranche lab models` lists what they can be')
    .option('--count <n>', 'how many', wholeNumber, 1)
    .option('--label <label>', 'name that requests can ask for')
    .action((model: string, options: AddOptions, command: Command) => act(command, async (context) => {
      const { output, withLab } = context
      const { count, label, mode, layout } = options
      const settings = toSettings(options)
      const input = {
        model,
        count,
        ...label !== undefined && { label },
        ...mode !== undefined && { mode },
        ...settings && { settings },
        ...layout !== undefined && { layout: await readLayout(context, layout) },
      }
      const added = await withLab('ask', lab => lab.call('lab.add', input))
      output.answer(added.length === 1 ? added[0] : added, () => addedLines(added, output))
    }))
}

/** One device in full, several in a line each. */
function addedLines(added: CallOutput<'lab.add'>, { style, columns }: Output): string[] {
  if (added.length === 1)
    return floorPlan(added[0], style, columns)
  const rest = added.length - maxListed
  return [
    ...table(added.slice(0, maxListed).map(device => [device.id, device.name, modeText(device.mode, device.settings), layoutText(layoutOf(device))])),
    ...rest > 0 ? [`and ${rest} more`] : [],
    `Added ${count(added.length, 'virtual GPU')}.`,
  ]
}

function addRemove(lab: Command, act: Act): void {
  lab.command('rm <device>')
    .description('remove a virtual GPU, by its id, the beginning of one, its name or its label')
    .action((given: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const removed = await withLab('ask', async lab => lab.call('lab.remove', { id: (await deviceOf(lab, given)).id }))
      output.answer(removed, () => [`Removed ${printable(removed.id)}.`])
    }))
}
