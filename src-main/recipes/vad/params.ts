import { z } from 'zod'
import { TrancheError } from '../../contract/errors'

/** The settings of the `vad` recipe; names and defaults follow Silero's `get_speech_timestamps`. */
const vadParams = z.strictObject({
  /** Probability from which a window counts as speech. */
  threshold: z.number().gt(0).lt(1).default(0.5),
  /** Probability below which speech ends; 0.15 below `threshold`, and at least 0.01, unless given. */
  negativeThreshold: z.number().gt(0).lt(1).optional(),
  /** Shorter speech is dropped. */
  minSpeechMs: z.number().min(0).max(60_000).default(250),
  /** Shorter silence does not end a segment. */
  minSilenceMs: z.number().min(0).max(60_000).default(100),
  /** Added before and after each segment. */
  speechPadMs: z.number().min(0).max(10_000).default(30),
}).refine(
  params => params.negativeThreshold === undefined || params.negativeThreshold <= params.threshold,
  { path: ['negativeThreshold'], message: 'must not be above threshold' },
)

export type VadParams = Required<z.infer<typeof vadParams>>

/** Throws `invalid_input` with what is wrong. */
export function parseVadParams(params: Readonly<Record<string, unknown>>): VadParams {
  const parsed = vadParams.safeParse(params)
  if (!parsed.success)
    throw new TrancheError('invalid_input', `The settings of the vad recipe are not valid: ${z.prettifyError(parsed.error)}`)
  const { negativeThreshold, ...others } = parsed.data
  return { ...others, negativeThreshold: negativeThreshold ?? Math.max(others.threshold - 0.15, 0.01) }
}
