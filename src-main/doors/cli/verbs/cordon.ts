import type { Command } from 'commander'
import type { Availability } from '../../../contract/model'
import type { Act } from '../context'
import { deviceOf } from '../chooseDevice'
import { printable } from '../text'

export function addCordon(program: Command, act: Act): void {
  add('cordon', 'cordoned', 'start nothing more on a device; what runs there goes on')
  add('drain', 'draining', 'empty a device: what runs there is moved, or goes back to its queue')
  add('uncordon', 'open', 'let jobs start on a device again')

  function add(verb: string, availability: Availability, description: string): void {
    program.command(`${verb} <device>`)
      .description(description)
      .option('--reason <text>', 'what others read')
      .action((named: string, { reason }: { reason?: string }, command: Command) => act(command, async ({ output, withLab }) => {
        const device = await withLab('ask', async lab => lab.call('devices.availability', { id: (await deviceOf(lab, named)).id, availability, ...reason !== undefined && { reason } }))
        output.answer(device, () => [`${printable(device.name)}  ${device.availability}`])
      }))
  }
}
