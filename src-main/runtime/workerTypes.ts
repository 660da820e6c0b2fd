import type { ComputeTerms } from '../contract/model'
import type { Death } from './death'
import type { Keeper } from './keeper/keeper'
import type { ProcessHost } from './processHost'
import type { FromWorker } from './protocol'

export interface WorkerListener {
  /** A message about a job; the receiver checks its epoch. */
  readonly onJobMessage: (sliceId: string, message: Extract<FromWorker, { jobId: string }>) => void
  /** The process is gone. `job` is what it was running, or null. */
  readonly onExit: (sliceId: string, job: RunningJob | null, death: Death) => void
}

export interface RunningJob {
  readonly jobId: string
  readonly epoch: number
  /** Whether its model was loaded and an input begun. */
  readonly isLoaded: boolean
  /** Whether it was ended while it computed one input alone, so that this input is the cause. */
  readonly isAlone: boolean
}

export interface WorkerSlice {
  readonly id: string
  readonly deviceId: string
  /** For the list of processes: `1g.10gb on Virtual A100-80GB`. */
  readonly name: string
  readonly threads: number
  readonly terms: ComputeTerms
  readonly memoryMiB: number
  /** What its backends need to find its GPU. */
  readonly env: Readonly<Record<string, string>>
}

export interface WorkerDeps {
  readonly host: ProcessHost
  readonly entry: string
  readonly keeper: Keeper
  /** Called with each process that starts and ends, so that the next owner finds those that outlive this one. */
  readonly notes: { readonly add: (pid: number) => void, readonly remove: (pid: number) => void }
}
