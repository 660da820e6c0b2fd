import type { Command } from 'commander'
import type { Act } from '../context'
import { floorPlan } from '../floorPlan'
import { memory, printable, table } from '../text'

export function addLab(program: Command, act: Act): void {
  const lab = program.command('lab').description('add and remove virtual GPUs')
  addModels(lab, act)
  addAdd(lab, act)
  addRemove(lab, act)
}

function addModels(lab: Command, act: Act): void {
  lab.command('models')
    .description('list the GPU models that a virtual GPU can have')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const models = await withLab('ask', lab => lab.call('lab.models', {}))
      output.answer(models, () => table(models.map(({ model, name, memoryMiB }) => [model, name, memory(memoryMiB)])))
    }))
}

function addAdd(lab: Command, act: Act): void {
  lab.command('add <model>')
    .description('add a virtual GPU; `tranche lab models` lists what it can be')
    .action((model: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const device = await withLab('ask', lab => lab.call('lab.add', { model }))
      output.answer(device, () => floorPlan(device, output.style))
    }))
}

function addRemove(lab: Command, act: Act): void {
  lab.command('rm <id>')
    .description('remove a virtual GPU')
    .action((id: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const removed = await withLab('ask', lab => lab.call('lab.remove', { id }))
      output.answer(removed, () => [`Removed ${printable(removed.id)}.`])
    }))
}
