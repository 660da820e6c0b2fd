import type { Serving } from '@contract/model'

/** What a person chose for a tensor job; a batch of null is the recipe's own. */
export interface TensorWish {
  readonly batch: number | null
  /** The largest batch that fits the slice, in place of `batch`. */
  readonly largest: boolean
  readonly serves: boolean
  readonly maxBatch: number
  readonly maxDelayMs: number
}

export const plainTensorWish: TensorWish = { batch: null, largest: false, serves: false, maxBatch: 16, maxDelayMs: 2 }

/** What `jobs.submit` is given for it. */
export function tensorRequest({ batch, largest, serves, maxBatch, maxDelayMs }: TensorWish): { readonly params?: { readonly batch: number | 'max' }, readonly serving?: Serving } {
  if (serves)
    return { serving: { maxBatch, maxDelayMs } }
  return largest ? { params: { batch: 'max' } } : batch === null ? {} : { params: { batch } }
}

/** The batch at which a model's memory is of interest. */
export function batchOf({ batch, serves, maxBatch, largest }: TensorWish): number {
  return serves ? maxBatch : largest ? 1 : batch ?? 1
}
