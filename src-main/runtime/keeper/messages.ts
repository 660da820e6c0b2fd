import type { MessagePort } from 'node:worker_threads'
import type { MeansName } from './means/means'
import type { Breach, Sample, Seat } from './seat'

/** What the main side and the keeper's thread say to each other. Both are the same build, so nothing is validated. */
export interface KeeperStart {
  readonly port: MessagePort
  /** Two 32-bit cells: a bell, raised and notified after each message, which wakes the thread; and 1 once it has let all go on and ends. */
  readonly cells: SharedArrayBuffer
  readonly means: MeansName
}

export type ToKeeper
  = | { readonly type: 'join', readonly seat: Seat, readonly busy: boolean }
    | { readonly type: 'busy', readonly pid: number, readonly busy: boolean }
    | { readonly type: 'leave', readonly pid: number }
    | { readonly type: 'close' }

export type FromKeeper
  = | { readonly type: 'breach', readonly pid: number, readonly breach: Breach }
    | { readonly type: 'sample', readonly pid: number, readonly sample: Sample }
    /** `ms` is 0 where it has to wait from now on. */
    | { readonly type: 'turn', readonly pid: number, readonly ms: number }
