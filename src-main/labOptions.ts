import type { ProcessHost } from './runtime/processHost'

export interface LabOptions {
  readonly stateDir: string
  readonly owner: 'app' | 'serve' | 'cli'
  readonly processHost: ProcessHost
  /** False for a lab that only answers calls and starts no job, as `tranche devices` opens it. */
  readonly runJobs: boolean
  readonly runtime: RuntimeInfo
}

export interface RuntimeInfo {
  readonly electron: string | null
  readonly chromium: string | null
  readonly source: 'download' | 'package' | 'custom' | 'none'
  readonly detail: string
}
