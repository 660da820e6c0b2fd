import type { Command } from 'commander'
import type { Act } from '../context'
import { TrancheError } from '../../../contract/errors'
import { deviceOf } from '../chooseDevice'
import { floorPlan } from '../floorPlan'
import { printable } from '../text'

export function addDevices(program: Command, act: Act): void {
  const devices = program.command('devices')
    .description('list the devices, how they are cut, and who holds each slice')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const devices = await withLab('ask', lab => lab.call('devices.list', {}))
      output.answer(devices, () => devices.length === 0
        ? ['No devices. `tranche lab add MODEL` adds a virtual GPU.']
        : devices.flatMap((device, i) => [...i === 0 ? [] : [''], ...floorPlan(device, output.style, output.columns)]))
    }))
  addLabel(devices, act)
}

function addLabel(devices: Command, act: Act): void {
  devices.command('label <device> [label]')
    .description('name a device, so that requests can ask for that name; several may share one')
    .option('--clear', 'take its label away')
    .action((given: string, label: string | undefined, { clear }: { clear?: true }, command: Command) => act(command, async ({ output, withLab }) => {
      if ((label === undefined) === (clear === undefined))
        throw new TrancheError('invalid_input', 'Say the label, or --clear: `tranche devices label ID class-room`.')
      const device = await withLab('ask', async lab => lab.call('devices.label', { id: (await deviceOf(lab, given)).id, label: label ?? null }))
      output.answer(device, () => [`${printable(device.name)}  ${device.label === null ? 'has no label' : `label ${printable(device.label)}`}`])
    }))
}
