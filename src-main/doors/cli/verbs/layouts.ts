import type { Command } from 'commander'
import type { CallOutput } from '../../../contract/calls'
import type { DeviceMode } from '../../../contract/model'
import type { Act } from '../context'
import type { Output } from '../output'
import { axisOf, drawAxis, drawRuler } from '../axis'
import { addModeOption, toModelMode } from '../cutOptions'
import { strandedText } from '../cutText'
import { layoutText } from '../layoutText'
import { list, wholeNumber } from '../quantities'
import { count, printable } from '../text'

/** More than any MIG model has; vGPUs of mixed sizes have more than could be printed. */
const defaultLimit = 20_000
/** Axes of many lines stay narrow, so that the slices fit beside them. */
const maxColumns = 70

interface LayoutsOptions { readonly mode?: DeviceMode, readonly mixed?: true, readonly maximal?: true, readonly profiles?: readonly string[], readonly limit: number }

export function addLayouts(program: Command, act: Act): void {
  addModeOption(program.command('layouts <model>'), 'mode (default: the most capable one of the model)')
    .description('list every legal layout of a GPU model, and what each leaves unused')
    .option('--maximal', 'only those beside which no further profile fits')
    .option('--profiles <names>', 'made of these profiles alone: 1g.10gb,2g.20gb', list)
    .option('--mixed', 'vGPUs of mixed sizes')
    .option('--limit <n>', 'at most this many', wholeNumber, defaultLimit)
    .action((model: string, options: LayoutsOptions, command: Command) => act(command, async ({ output, withLab }) => {
      const { maximal = false, profiles, limit } = options
      const ofModel = { model, ...toModelMode(options) }
      await withLab('ask', async (lab) => {
        const answer = await lab.call('layouts.list', { ...ofModel, maximal, limit, ...profiles && { profiles: [...profiles] } })
        const { slots, usableMiB } = output.json ? { slots: 0, usableMiB: 0 } : await lab.call('profiles.list', ofModel)
        output.answer(answer, () => lines(answer, slots, usableMiB, output))
      })
    }))
}

function lines({ model, mode, layouts, truncated, distinct }: CallOutput<'layouts.list'>, slots: number, memoryMiB: number, output: Output): string[] {
  const columns = Math.min(output.columns, maxColumns)
  const drawn = layouts.map(({ slices, maximal, stranded }) =>
    `${drawAxis(axisOf({ mode, slots, memoryMiB }, slices), columns)}  ${printable(layoutText(slices))}  ${output.style.faint(`${maximal ? 'maximal, ' : ''}strands ${strandedText(stranded)}`)}`)
  return [
    ...mode === 'shared' || layouts.length === 0 ? [] : [output.style.faint(drawRuler(slots, columns))],
    ...drawn,
    ...distinct ? ['Each stands for every layout of the same profiles, wherever they lie.'] : [],
    `${count(layouts.length, 'layout')} of ${printable(model)} in mode ${mode}${truncated ? '; there are more: raise --limit, or name --profiles' : ''}`,
  ]
}
