import type { Command } from 'commander'
import type { Device, SliceUse } from '../../../contract/model'
import type { Act } from '../context'
import { TrancheError } from '../../../contract/errors'
import { deviceOf } from '../chooseDevice'
import { floorPlan } from '../floorPlan'
import { printable } from '../text'

export function addDevices(program: Command, act: Act): void {
  const devices = program.command('devices')
    .description('list the devices, how they are cut, who holds each slice, and what keeps its worker within it')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const { devices, use } = await withLab('ask', async lab => ({ devices: await lab.call('devices.list', {}), use: await lab.call('devices.use', {}) }))
      output.answer(devices.map(device => withUse(device, use)), () => devices.length === 0
        ? ['No devices. `tranche lab add MODEL` adds a virtual GPU.']
        : devices.flatMap((device, i) => [...i === 0 ? [] : [''], ...floorPlan(device, output.style, output.columns, use)]))
    }))
  addLabel(devices, act)
}

/** A device for `--json`: each slice that has a worker with its use and what keeps it within its slice. */
function withUse(device: Device, use: readonly SliceUse[]) {
  return {
    ...device,
    slices: device.slices.map((slice) => {
      const found = use.find(({ sliceId }) => sliceId === slice.id)
      return found ? { ...slice, use: found } : slice
    }),
  }
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
