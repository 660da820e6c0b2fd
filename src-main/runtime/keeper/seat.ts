import type { ComputeTerms } from '../../contract/model'

/** A worker process and what its slice promises it. */
export interface Seat {
  readonly pid: number
  readonly deviceId: string
  readonly terms: ComputeTerms
  readonly memory: {
    /** What it may use beyond `baselineMiB`. */
    readonly limitMiB: number
    /** What its process takes without a model. */
    readonly baselineMiB: number
  }
}

export interface Breach {
  /** Beyond the process's baseline. */
  readonly usedMiB: number
  readonly limitMiB: number
  /** In words, for a person. */
  readonly why: string
}

export interface Sample {
  /** Processor time since the process began. */
  readonly cpuMs: number
  readonly rssMiB: number
}
