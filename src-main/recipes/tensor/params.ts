import { z } from 'zod'
import { TrancheError } from '../../contract/errors'

/** A larger batch gains nothing any more, and its inputs would be decoded all at once. */
export const mostTogether = 1024

/** The settings of the `tensor` recipe. */
const tensorParams = z.strictObject({
  /** File format of the outputs: NumPy arrays, or ONNX TensorProto. Outputs of strings are always `pb`. */
  format: z.enum(['npy', 'pb']).default('npy'),
  /** Seed of made-up inputs. */
  seed: z.int().min(0).max(2 ** 32 - 1).default(0),
  /** Sizes of axes that may vary, for made-up inputs: by the axis's name, or as `input.axis`. */
  dims: z.record(z.string(), z.int().min(0).max(2 ** 30)).default({}),
  /**
   * Inputs that run together at most, put together along the first dimension, where the model takes that; `max` for as many as fit
   * into the slice. Not for a model whose answer for one input depends on the others beside it.
   */
  batch: z.union([z.int().min(1).max(mostTogether), z.literal('max')]).default(1),
})

export type TensorParams = z.infer<typeof tensorParams>

/** Throws `invalid_input` with the first setting that is wrong. */
export function parseTensorParams(params: Readonly<Record<string, unknown>>): TensorParams {
  const parsed = tensorParams.safeParse(params)
  if (parsed.success)
    return parsed.data
  throw new TrancheError('invalid_input', `The settings of the tensor recipe are not valid: ${z.prettifyError(parsed.error)}`)
}
