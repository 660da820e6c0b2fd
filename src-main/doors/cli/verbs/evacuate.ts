import type { Command } from 'commander'
import type { Act } from '../context'
import { deviceOf } from '../chooseDevice'
import { exitStatus } from '../exitStatus'
import { moveLines } from '../moveLines'
import { printable, table } from '../text'

export function addEvacuate(program: Command, act: Act): void {
  program.command('evacuate <device>')
    .description('move every running job off a device; exit status 1 if one has to stay')
    .action((given: string, _options, command: Command) => act(command, async ({ output, withLab }) => withLab('ask', async (lab) => {
      const device = await deviceOf(lab, given)
      output.progress(`Moving the jobs off ${device.name}`)
      const evacuated = await lab.call('devices.evacuate', { id: device.id })
      const { moved, left } = evacuated
      const devices = output.json ? [] : await lab.call('devices.list', {})
      output.answer(evacuated, () => [
        ...moveLines(moved, devices),
        ...table(left.map(({ job, why }) => [job, `stays: ${why}`]), (cell, _row, column) => column === 1 ? output.style.bad(cell) : cell),
        left.length > 0 ? `${printable(device.name)} is not empty.` : `No job runs on ${printable(device.name)} now.`,
      ])
      return left.length > 0 ? exitStatus.failed : exitStatus.done
    })))
}
