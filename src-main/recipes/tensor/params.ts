import { z } from 'zod'
import { TrancheError } from '../../contract/errors'

/** The settings of the `tensor` recipe. */
const tensorParams = z.strictObject({
  /** File format of the outputs: NumPy arrays, or ONNX TensorProto. Outputs of strings are always `pb`. */
  format: z.enum(['npy', 'pb']).default('npy'),
  /** Seed of made-up inputs. */
  seed: z.int().min(0).max(2 ** 32 - 1).default(0),
  /** Sizes of axes that may vary, for made-up inputs: by the axis's name, or as `input.axis`. */
  dims: z.record(z.string(), z.int().min(0).max(2 ** 30)).default({}),
})

export type TensorParams = z.infer<typeof tensorParams>

/** Throws `invalid_input` with the first setting that is wrong. */
export function parseTensorParams(params: Readonly<Record<string, unknown>>): TensorParams {
  const parsed = tensorParams.safeParse(params)
  if (parsed.success)
    return parsed.data
  throw new TrancheError('invalid_input', `The settings of the tensor recipe are not valid: ${z.prettifyError(parsed.error)}`)
}
