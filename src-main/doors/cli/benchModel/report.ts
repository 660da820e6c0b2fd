import type { DeviceMode } from '../../../contract/model'
import type { Spread } from './figures'

/** One row: a model on one profile, at one batch size, beside so many neighbours. */
export interface BenchCase {
  readonly profile: string
  readonly memoryMiB: number
  readonly computeShare: number
  readonly batch: number
  readonly neighbours: number
}

export type BenchRow = BenchCase & (Measured | Unmeasured)

export interface Measured {
  readonly ok: true
  /** Runs that were counted, without the warm-up. */
  readonly runs: number
  /** Inputs that really ran as one: 1 for a model that takes no batches. */
  readonly together: number
  /** Time inside the model for one run, of all that run together, in milliseconds. */
  readonly latencyMs: Spread
  /** Inputs a second inside the model, over parts of the runs. */
  readonly inputsPerSecond: Spread
  /** What kept the slice's share, in a word or two and in a sentence; null where the worker was gone before it was asked. */
  readonly means: { readonly brief: string, readonly detail: string } | null
}

export interface Unmeasured {
  readonly ok: false
  /** Why there are no figures, in words. */
  readonly why: string
}

export interface BenchReport {
  readonly model: string
  readonly gpu: string
  readonly mode: DeviceMode
  /** What really computes the virtual GPU. */
  readonly backing: string
  readonly dims: Readonly<Record<string, number>>
  /** First runs of each row that are not counted. */
  readonly warmUps: number
  /** Most runs, and seconds, of a row. */
  readonly runs: number
  readonly seconds: number
  /** True where a person stopped it before the last row. */
  readonly stopped: boolean
  readonly rows: readonly BenchRow[]
  readonly notes: readonly string[]
}
