import type { WantedCut } from '../contract/model'

/** A GPU that the host's driver tells of. */
export interface FoundGpu {
  /** What tells it from others across restarts. */
  readonly uuid: string
  readonly index: number
  /** The table's model where one is recognised, else the product's name. */
  readonly model: string
  readonly name: string
  readonly memoryMiB: number
  /** The GPU instances that its driver shows, where MIG is on; null where it is off. */
  readonly shown: readonly WantedCut[] | null
}
