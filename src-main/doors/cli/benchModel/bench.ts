import type { DeviceMode, ModeSettings, Profile } from '../../../contract/model'
import type { Output } from '../output'
import type { Session } from '../session'
import type { MeasureOptions } from './measure'
import type { BenchGroup, Neighbours } from './plan'
import type { BenchReport, BenchRow } from './report'
import { TrancheError } from '../../../contract/errors'
import { count } from '../text'
import { withDevice } from './device'
import { measure, warmUps } from './measure'
import { planBench } from './plan'

/** The label of the virtual GPUs, so that a person knows one that a killed run left behind. */
const label = 'bench-model'

export interface BenchOptions extends MeasureOptions {
  readonly gpu: string
  readonly mode: DeviceMode
  readonly settings: ModeSettings | undefined
  readonly profiles: readonly string[] | undefined
  readonly batches: readonly number[]
  readonly neighbours: readonly Neighbours[]
}

/**
 * Measures a model over profiles, batch sizes and neighbours, on virtual GPUs that are there only meanwhile. Where the signal
 * is aborted the report holds the rows until then.
 */
export async function bench(lab: Session, options: BenchOptions, output: Output, signal: AbortSignal): Promise<BenchReport> {
  const { gpu, mode } = options
  const { profiles } = await lab.call('profiles.list', { model: gpu, mode })
  const { groups, notes } = planBench(profiles, options)
  await tellOthers(lab, output)
  const rows: BenchRow[] = []
  const backings = new Set<string>()
  const total = groups.reduce((sum, { batches }) => sum + batches.length, 0)
  try {
    for (const group of groups) {
      await withDevice(lab, additionOf(group, options), output, async (device) => {
        backings.add(device.backing)
        for (const batch of group.batches) {
          signal.throwIfAborted()
          const at = `${rows.length + 1}/${total}  ${group.profile.name}, batch ${batch}, ${count(group.neighbours, 'neighbour')}`
          const outcome = await measure(lab, device, group, batch, options, line => output.progress(`${at}: ${line}`), signal)
          rows.push({ ...caseOf(group, batch), ...outcome })
        }
      })
    }
  }
  catch (thrown) {
    if (!signal.aborted)
      throw thrown
  }
  const { model, dims, runs, seconds } = options
  return { model, gpu, mode, backing: [...backings].join('; '), dims, warmUps, runs, seconds, stopped: signal.aborted && rows.length < total, rows, notes }
}

function additionOf({ profile, neighbours }: BenchGroup, { gpu, mode, settings }: BenchOptions) {
  return {
    model: gpu,
    mode,
    ...settings && { settings },
    layout: Array.from({ length: 1 + neighbours }, () => ({ profile: profile.name })),
    label,
  }
}

function caseOf({ profile, neighbours }: { readonly profile: Profile, readonly neighbours: number }, batch: number) {
  return { profile: profile.name, memoryMiB: profile.memoryMiB, computeShare: profile.computeShare, batch, neighbours }
}

/** What else the lab computes is in the figures too. */
async function tellOthers(lab: Session, output: Output): Promise<void> {
  const jobs = await lab.call('jobs.list', { states: ['queued', 'running'] })
  if (jobs.length > 0)
    output.talk(`${count(jobs.length, 'other job')} of this lab will compute at the same time and take from the figures. For clean ones wait for their end, or name a state folder of its own with --state.`)
}

/** Refuses a run of more inputs than a job takes. Checked before anything is added. */
export function checkSize({ runs, batches }: Pick<BenchOptions, 'runs' | 'batches'>): void {
  const most = 100_000
  const inputs = (warmUps + runs) * Math.max(...batches)
  if (inputs > most)
    throw new TrancheError('invalid_input', `${runs} runs of ${Math.max(...batches)} inputs are ${inputs} inputs; a job takes ${most}. Name fewer --runs, or smaller --batches.`)
}
