import type { ProcessHost } from './runtime/processHost'
import type { LabClock } from './time/labClock'

export interface LabOptions {
  readonly stateDir: string
  readonly owner: 'app' | 'serve' | 'cli'
  readonly processHost: ProcessHost
  /** False for a lab that only answers calls and starts no job, as `tranche devices` opens it. */
  readonly runJobs: boolean
  readonly runtime: RuntimeInfo
  /** The host's if absent. */
  readonly clock?: LabClock
}

export interface RuntimeInfo {
  readonly electron: string | null
  readonly chromium: string | null
  readonly source: 'download' | 'package' | 'custom' | 'none'
  readonly detail: string
}
