import type { Measured } from './report'
import { z } from 'zod'
import { spreadOf } from './figures'

/** The parts of a `tensor` result that tell how a run went; `batch` is absent where the input ran alone. */
const timedResult = z.object({ runMs: z.number().nonnegative(), batch: z.number().int().positive().default(1) })

/** One run of the model, over one input or several together. */
export interface ModelRun {
  readonly ms: number
  readonly inputs: number
}

/** Parts of the runs over which inputs a second are counted. */
const parts = 10

/**
 * The runs behind the results of a job's inputs, in order. Each of several inputs that ran as one tells the same run; where
 * some of them have no result, as at the end of a job that was stopped, the run still counts with all that ran in it.
 */
export function runsOf(results: readonly unknown[]): ModelRun[] {
  const runs: ModelRun[] = []
  let left = 0
  for (const result of results) {
    const read = timedResult.safeParse(result)
    if (!read.success) {
      left = 0
      continue
    }
    const { runMs, batch } = read.data
    const last = runs.at(-1)
    if (left > 0 && last?.ms === runMs && last.inputs === batch) {
      left--
      continue
    }
    runs.push({ ms: runMs, inputs: batch })
    left = batch - 1
  }
  return runs
}

/**
 * What the runs after the warm-up say; null if none are left. Runs of fewer inputs than the fullest (the last of a job, and
 * those that tried whether the model takes batches) do not count. Inputs a second are counted over parts of the runs and not run by run:
 * where a slice gets its compute in turns, most short runs see all of it and a few see none, and only their sum is its share.
 */
export function measured(runs: readonly ModelRun[], warmUps: number): Omit<Measured, 'ok' | 'means'> | null {
  const together = Math.max(1, ...runs.map(({ inputs }) => inputs))
  const counted = runs.filter(({ inputs }) => inputs === together).slice(warmUps)
  if (counted.length === 0)
    return null
  return {
    runs: counted.length,
    together,
    latencyMs: spreadOf(counted.map(({ ms }) => ms)),
    inputsPerSecond: spreadOf(partsOf(counted).map(rate)),
  }
}

function partsOf(runs: readonly ModelRun[]): ModelRun[][] {
  const count = Math.min(parts, runs.length)
  return Array.from({ length: count }, (_, part) => runs.slice(Math.floor(part * runs.length / count), Math.floor((part + 1) * runs.length / count)))
}

/** A clock that did not move between begin and end counts as its step, so that no rate is infinite. */
const clockStepMs = 0.001

function rate(runs: readonly ModelRun[]): number {
  const ms = runs.reduce((sum, run) => sum + run.ms, 0)
  return runs.reduce((sum, run) => sum + run.inputs, 0) * 1000 / Math.max(ms, clockStepMs)
}
