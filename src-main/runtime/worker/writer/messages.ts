import type { ErrorShape } from '../../../contract/errors'
import type { RecipeOutput } from '../../../recipes/recipe'

/** Results of one batch, to be made durable. */
export interface WriteRequest {
  readonly id: number
  readonly resultsDir: string
  readonly epoch: number
  readonly results: readonly { readonly index: number, readonly output: RecipeOutput }[]
}

/** All of them are on disk, each with word of whether it has files beside it; or none of the batch counts. */
export type WriteAnswer
  = | { readonly id: number, readonly ok: true, readonly withFiles: readonly boolean[] }
    | { readonly id: number, readonly ok: false, readonly error: ErrorShape }
