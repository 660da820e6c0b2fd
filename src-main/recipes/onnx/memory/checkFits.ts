import type { MemoryEstimate } from '../../../contract/model'
import type { ModelHeader } from '../header'
import type { Sizes } from './symbols'
import { TrancheError } from '../../../contract/errors'
import { checkModelFile } from '../checkModel'
import { printable } from '../printable'
import { estimatorOf } from './estimate'

/**
 * Refuses a model that a slice of `memoryMiB` cannot hold at these sizes, before it is loaded. `checked` is its header
 * where `checkModelFile` has just accepted it. Throws `out_of_memory` with the numbers (and the estimate in `details`), and
 * `bad_model` for a file that is no model.
 */
export async function checkFits(path: string, slice: Sizes & { readonly memoryMiB: number }, checked?: ModelHeader): Promise<MemoryEstimate> {
  const estimate = estimatorOf(path, checked ?? await checkModelFile(path))(slice)
  if (estimate.totalMiB <= slice.memoryMiB)
    return estimate
  throw new TrancheError('out_of_memory', `${printable(path)} needs ${shown(estimate.totalMiB)}: ${needs(estimate)}. The slice has ${shown(slice.memoryMiB)}. ${advice(estimate)}`, {
    details: { path, sliceMiB: slice.memoryMiB, estimate },
  })
}

function needs({ weightsMiB, activationsMiB, totalMiB, batch }: MemoryEstimate): string {
  const runtimeMiB = totalMiB - weightsMiB - activationsMiB
  return `weights ${shown(weightsMiB)}, values while it runs ${shown(activationsMiB)} at a batch of ${batch}, and ${shown(runtimeMiB)} for the runtime`
}

/** No profile of any GPU comes near this. */
const beyondAnySliceMiB = 2 ** 20

function advice({ batch, totalMiB }: MemoryEstimate): string {
  if (totalMiB > beyondAnySliceMiB && batch === 1)
    return 'No slice holds that much: the model asks for tensors of impossible sizes. Check where it comes from, or export it again.'
  const smaller = batch > 1 ? 'a smaller batch, or ' : ''
  return `Choose ${smaller}a profile with at least ${shown(totalMiB)}.`
}

/** MiB for people: whole from 10 on, GiB and TiB where these are shorter. */
function shown(mib: number): string {
  if (mib >= 2 ** 20)
    return `${(mib / 2 ** 20).toLocaleString('en-GB', { maximumFractionDigits: 1 })} TiB`
  if (mib >= 10 * 2 ** 10)
    return `${(mib / 2 ** 10).toFixed(1)} GiB`
  return `${mib >= 10 ? Math.ceil(mib) : Math.ceil(mib * 10) / 10} MiB`
}
