import type { Serving } from '@contract/model'
import type { Submission } from './submitWish'

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

/** The choice that an earlier submission was made of. */
export function tensorWishOf({ params, serving }: Partial<Submission>): TensorWish {
  const batch = params?.batch
  return {
    ...plainTensorWish,
    ...serving && { serves: true, maxBatch: serving.maxBatch ?? plainTensorWish.maxBatch, maxDelayMs: serving.maxDelayMs ?? plainTensorWish.maxDelayMs },
    batch: typeof batch === 'number' ? batch : null,
    largest: batch === 'max',
  }
}

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
