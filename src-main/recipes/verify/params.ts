import { z } from 'zod'
import { TrancheError } from '../../contract/errors'

/** How far a number may lie from the expected one: `atol + rtol * |expected|`. The defaults are those of ONNX's own test runner. */
const verifyParams = z.strictObject({
  rtol: z.number().min(0).max(1).default(1e-3),
  atol: z.number().min(0).default(1e-5),
})

export type Tolerance = Readonly<z.infer<typeof verifyParams>>

/** Throws `invalid_input` with the first setting that is wrong. */
export function parseVerifyParams(params: Readonly<Record<string, unknown>>): Tolerance {
  const parsed = verifyParams.safeParse(params)
  if (parsed.success)
    return parsed.data
  throw new TrancheError('invalid_input', `The settings of the verify recipe are not valid: ${z.prettifyError(parsed.error)}`)
}
