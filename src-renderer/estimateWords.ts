import type { CallOutput } from '@contract/calls'
import { memory, plural } from './format'

export type Estimate = CallOutput<'models.estimate'>

export interface EstimateWords {
  readonly words: string
  /** Nothing that is asked for holds it. */
  readonly isTooLarge: boolean
  /** What the figures leave out; null where they leave out nothing. */
  readonly unknown: string | null
}

/**
 * What a model needs and which slices hold it: `Needs 312 MiB (weights 240 MiB, activations 72 MiB at batch 8): fits 1g.10gb
 * and larger`. `asked` narrows the slices to a device or a profile; an empty text asks for any.
 */
export function estimateWords({ files, totalMiB, fits }: Estimate, asked: { readonly device: string, readonly profile: string }): EstimateWords {
  const sum = (figure: 'weightsMiB' | 'activationsMiB' | 'unknownNodes') => files.reduce((total, { estimate }) => total + estimate[figure], 0)
  const batch = files[0]?.estimate.batch ?? 1
  const needs = `Needs ${memory(totalMiB)} (weights ${memory(sum('weightsMiB'))}, activations ${memory(sum('activationsMiB'))} at batch ${batch})`
  const open = fits.filter(({ device, profile }) => (!asked.device || device === asked.device) && (!asked.profile || profile === asked.profile)).toSorted((a, b) => a.memoryMiB - b.memoryMiB)
  const unknownNodes = sum('unknownNodes')
  const operators = [...new Set(files.flatMap(({ estimate }) => estimate.unknownOperators))]
  return {
    words: `${needs}: ${fitWords(open, asked.profile)}`,
    isTooLarge: open.length > 0 && open.every(({ ok }) => !ok),
    unknown: unknownNodes > 0 ? `Not counted: ${plural(unknownNodes, 'node')} whose sizes are known only as it runs (${operators.join(', ')}).` : null,
  }
}

/** What `fits`, smallest first, says of them together. */
function fitWords(fits: Estimate['fits'], profile: string): string {
  const smallest = fits.find(({ ok }) => ok)
  const largest = fits.at(-1)
  if (!largest)
    return 'there is no such slice to hold it'
  if (!smallest)
    return profile ? `${profile} is too small, it has ${memory(largest.memoryMiB)}` : `no slice here holds it, the largest has ${memory(largest.memoryMiB)}`
  if (profile)
    return `fits ${profile}`
  return fits.every(({ memoryMiB, ok }) => !ok || memoryMiB === smallest.memoryMiB) ? `fits ${smallest.profile}` : `fits ${smallest.profile} and larger`
}
