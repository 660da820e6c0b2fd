import type { Profile } from '../../../contract/model'
import { TrancheError } from '../../../contract/errors'

export type Neighbours = number | 'max'

/** Rows that share a virtual GPU: a profile beside so many neighbours, over the batch sizes. */
export interface BenchGroup {
  readonly profile: Profile
  readonly neighbours: number
  readonly batches: readonly number[]
}

export interface BenchPlan {
  readonly groups: readonly BenchGroup[]
  /** What was asked for and cannot be, in words. */
  readonly notes: readonly string[]
}

/**
 * What is to be measured, smallest profile first. Without names, one profile of each share of compute: the smallest of it.
 *
 * @throws TrancheError `not_found` for a profile that the GPU has not in this mode
 */
export function planBench(offered: readonly Profile[], wanted: { readonly profiles?: readonly string[], readonly batches: readonly number[], readonly neighbours: readonly Neighbours[] }): BenchPlan {
  const profiles = wanted.profiles ? named(offered, wanted.profiles) : oneOfEachShare(offered)
  const plans = profiles.map((profile) => {
    const most = profile.maxInstances - 1
    const asked = [...new Set(wanted.neighbours.map(count => count === 'max' ? most : count))].sort((a, b) => a - b)
    const tooMany = asked.filter(count => count > most)
    return {
      groups: asked.filter(count => count <= most).map(neighbours => ({ profile, neighbours, batches: wanted.batches })),
      notes: tooMany.length === 0 ? [] : [`${profile.name} was not measured beside ${tooMany.join(' and ')}: a device holds ${profile.maxInstances} of it.`],
    }
  })
  return { groups: plans.flatMap(({ groups }) => groups), notes: plans.flatMap(({ notes }) => notes) }
}

function named(offered: readonly Profile[], names: readonly string[]): Profile[] {
  return [...new Set(names)].map((name) => {
    const found = offered.find(profile => profile.name.toLowerCase() === name.toLowerCase())
    if (!found)
      throw new TrancheError('not_found', `There is no profile ${name} here. There ${offered.length === 1 ? 'is' : 'are'} ${offered.map(profile => profile.name).join(', ')}.`)
    return found
  })
}

function oneOfEachShare(offered: readonly Profile[]): Profile[] {
  const byShare = [...offered].sort((a, b) => a.computeShare - b.computeShare || a.memoryMiB - b.memoryMiB)
  return byShare.filter(({ computeShare }, i) => i === 0 || computeShare !== byShare[i - 1].computeShare)
}
