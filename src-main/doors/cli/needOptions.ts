import type { Command } from 'commander'
import type { Need } from '../../contract/model'
import { InvalidArgumentError } from 'commander'
import { need } from '../../contract/model'
import { list, memoryMiB, share, wholeNumber } from './quantities'

/** What a slice has to have, as typed. */
export interface NeedOptions {
  readonly memory?: number
  readonly share?: number
  readonly sm?: number
  readonly engines?: Need['engines']
  readonly models?: readonly string[]
  readonly label?: string
}

export function addNeedOptions(command: Command): Command {
  return command
    .option('--memory <size>', 'memory that the slice has at least: 4096MiB, 8GiB', memoryMiB)
    .option('--share <part>', 'part of a device\'s compute that it has at least: 0.25', share)
    .option('--sm <n>', 'multiprocessors that it has at least', wholeNumber)
    .option('--engines <names>', 'media engines that it has: nvdec, nvenc, nvjpg, ofa', engines)
    .option('--models <names>', 'GPU models that serve: A100-80GB,H100-80GB', list)
    .option('--label <label>', 'label of the device')
}

/** What was typed as what the lab is asked; undefined if nothing was. */
export function toNeed({ memory, share: computeShare, sm, engines, models, label }: NeedOptions): Need | undefined {
  const typed = {
    ...memory !== undefined && { memoryMiB: memory },
    ...computeShare !== undefined && { computeShare },
    ...sm !== undefined && { sm },
    ...engines !== undefined && { engines },
    ...models !== undefined && { models: [...models] },
    ...label !== undefined && { label },
  }
  return Object.keys(typed).length === 0 ? undefined : typed
}

function engines(value: string): Need['engines'] {
  const read = need.shape.engines.safeParse(list(value))
  if (!read.success)
    throw new InvalidArgumentError('They are nvdec, nvenc, nvjpg or ofa, with commas between them.')
  return read.data
}
