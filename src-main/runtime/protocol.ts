import { z } from 'zod'
import { errorShape } from '../contract/errors'
import { recipeIds } from '../contract/model'

/**
 * What the lab and a worker say to each other. A worker runs models that others made, so what it says is validated like
 * any input, and it never names a path: both sides derive where a result lies from its index and epoch.
 */

export const runRequest = z.object({
  type: z.literal('run'),
  jobId: z.string(),
  epoch: z.number().int().positive(),
  recipe: z.enum(recipeIds),
  /** Absolute paths of the model's files by role. */
  files: z.record(z.string(), z.string()),
  params: z.record(z.string(), z.unknown()),
  /** Inputs between two checkpoints; the recipe's own choice if null. */
  batchSize: z.number().int().positive().nullable(),
  items: z.array(z.object({ index: z.number().int().nonnegative(), path: z.string().nullable() })),
  /** Folder that takes the results, inside the state folder. */
  resultsDir: z.string(),
})

export const toWorker = z.discriminatedUnion('type', [
  runRequest,
  z.object({ type: z.literal('cancel'), epoch: z.number() }),
  z.object({ type: z.literal('stop') }),
])

const ofJob = { jobId: z.string(), epoch: z.number().int() }

export const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** The model is loaded and the first batch begins. */
  z.object({ type: z.literal('loaded'), ...ofJob, loadMs: z.number() }),
  z.object({
    type: z.literal('batch'),
    ...ofJob,
    outcomes: z.array(z.discriminatedUnion('ok', [
      z.object({ index: z.number().int(), ok: z.literal(true), withFiles: z.boolean() }),
      z.object({ index: z.number().int(), ok: z.literal(false), error: errorShape }),
    ])).max(10_000),
  }),
  z.object({ type: z.literal('log'), ...ofJob, text: z.string().max(4000) }),
  /** Every input was dealt with, or the job was stopped at a batch's end because it was cancelled. */
  z.object({ type: z.literal('finished'), ...ofJob }),
  /** The job as a whole cannot go on. */
  z.object({ type: z.literal('failed'), ...ofJob, error: errorShape }),
  z.object({ type: z.literal('use'), cpuMs: z.number(), memoryMiB: z.number() }),
])

export type RunRequest = z.infer<typeof runRequest>
export type ToWorker = z.infer<typeof toWorker>
export type FromWorker = z.infer<typeof fromWorker>
export type BatchOutcome = Extract<FromWorker, { type: 'batch' }>['outcomes'][number]
