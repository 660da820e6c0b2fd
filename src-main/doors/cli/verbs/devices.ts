import type { Command } from 'commander'
import type { Act } from '../context'
import { floorPlan } from '../floorPlan'

export function addDevices(program: Command, act: Act): void {
  program.command('devices')
    .description('list the devices, how they are cut, and who holds each slice')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const devices = await withLab('ask', lab => lab.call('devices.list', {}))
      output.answer(devices, () => devices.length === 0
        ? ['No devices. `tranche lab add MODEL` adds a virtual GPU.']
        : devices.flatMap((device, i) => i === 0 ? floorPlan(device, output.style) : ['', ...floorPlan(device, output.style)]))
    }))
}
