import type { ErrorShape } from '../../../contract/errors'

/** Records of results, one after the other, to be made durable at once. */
export interface WriteRequest {
  readonly id: number
  readonly resultsDir: string
  readonly epoch: number
  readonly records: Uint8Array
}

/** All of them are on disk, the first at `at`; or none counts. */
export type WriteAnswer
  = | { readonly id: number, readonly ok: true, readonly at: number }
    | { readonly id: number, readonly ok: false, readonly error: ErrorShape }
