import type { Command } from 'commander'
import type { Act } from '../context'
import { TrancheError } from '../../../contract/errors'
import { chooseSlice, deviceOf } from '../chooseDevice'
import { floorPlan } from '../floorPlan'

interface DestroyOptions { readonly device?: string, readonly all?: true }

export function addDestroy(slice: Command, act: Act): void {
  slice.command('destroy [slice]')
    .description('destroy a slice, or all of a device; refused while one is held')
    .option('--device <device>', 'with --all: id, the beginning of one, name or label')
    .option('--all', 'all slices of the device')
    .action((given: string | undefined, { device, all }: DestroyOptions, command: Command) => act(command, async ({ output, withLab }) => {
      if ((given === undefined) === (device === undefined) || (device === undefined) === (all ?? false))
        throw new TrancheError('invalid_input', 'Name the slice to destroy, or say --device ID --all for all of a device. `tranche devices` shows their ids.')
      await withLab('stay', async (lab) => {
        const wanted = given === undefined
          ? { device: (await deviceOf(lab, device ?? '')).id }
          : { slice: chooseSlice(await lab.call('devices.list', {}), given).slice.id }
        const after = await lab.call('slices.destroy', wanted)
        output.answer(after, () => floorPlan(after, output.style, output.columns))
      })
    }))
}
