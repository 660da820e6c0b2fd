import { z } from 'zod'
import { errorShape } from '../contract/errors'
import { backendIds, backendReport, recipeIds, serving } from '../contract/model'

/**
 * What the lab and a worker say to each other. A worker runs models that others made, so what it says is validated like
 * any input, and it never names a path: both sides derive the file of a result from its epoch.
 */

const bytes = z.custom<Uint8Array>(value => value instanceof Uint8Array, 'bytes')
const item = z.object({ index: z.number().int().nonnegative(), path: z.string().nullable() })

/** An input that was left in its middle, and what the recipe needs to go on with it. */
export const carry = z.object({ index: z.number().int().nonnegative(), state: bytes })

export const runRequest = z.object({
  type: z.literal('run'),
  jobId: z.string(),
  epoch: z.number().int().positive(),
  recipe: z.enum(recipeIds),
  /** Absolute paths of the model's files by role. */
  files: z.record(z.string(), z.string()),
  params: z.record(z.string(), z.unknown()),
  /** Inputs that are read at once; the recipe's own choice if null. With 1, each is reported before the next is computed. */
  batchSize: z.number().int().positive().nullable(),
  items: z.array(item),
  carry: carry.nullable(),
  /** Folder that takes the results, inside the state folder. */
  resultsDir: z.string(),
  /** Backends in the order they are tried. */
  backends: z.array(z.enum(backendIds)).min(1),
  /** Memory of the slice, which the model must fit into. */
  memoryMiB: z.number().positive(),
  /** Folder for models saved optimised, inside the state folder; null to save none. */
  optimisedDir: z.string().nullable(),
  /** Load and warm up, say `prepared`, and begin only on `go`: another worker still has the job. */
  hold: z.boolean(),
  /** Set for a job that answers requests. */
  serving: serving.nullable(),
})

const ofJob = { jobId: z.string(), epoch: z.number().int() }

/** A tensor between lab and worker: elements in C order, little endian. */
export const plainTensor = z.object({ name: z.string(), dtype: z.string(), shape: z.array(z.number().int().nonnegative()), data: bytes })

export const toWorker = z.discriminatedUnion('type', [
  /** The first message: what the process may reach of the file system. It confines itself, then says `ready`. */
  z.object({ type: z.literal('confine'), read: z.array(z.string()), write: z.array(z.string()) }),
  runRequest,
  /** Begin with a job that was held, with the first of its inputs whose index is at least `from`. */
  z.object({ type: z.literal('go'), epoch: z.number(), from: z.number().int().nonnegative(), carry: carry.nullable() }),
  /** Come to the next point where another worker can go on, report what is done, and say `yielded`. */
  z.object({ type: z.literal('yield'), epoch: z.number() }),
  z.object({ type: z.literal('cancel'), epoch: z.number() }),
  /** Requests that came at the same time, in the order they came. */
  z.object({ type: z.literal('infer'), epoch: z.number(), requests: z.array(z.object({ request: z.number().int(), inputs: z.array(plainTensor) })) }),
  /** Where processes cannot be stopped: for how long inputs may begin (Infinity until told otherwise), or 0 to wait before the next. */
  z.object({ type: z.literal('turn'), ms: z.number().nonnegative() }),
  z.object({ type: z.literal('stop') }),
])

export const fromWorker = z.discriminatedUnion('type', [
  /** The process is up. What it takes without a model does not count against the slice. */
  z.object({ type: z.literal('ready'), baselineMiB: z.number().nonnegative() }),
  /** The model is loaded and the first batch begins. */
  z.object({ type: z.literal('loaded'), ...ofJob, loadMs: z.number() }),
  /** A held job is loaded and warm, and waits for `go`. */
  z.object({ type: z.literal('prepared'), ...ofJob, warmMs: z.number() }),
  /** What really ran the nodes of the job's models. */
  z.object({ type: z.literal('ran'), ...ofJob, report: backendReport }),
  /** The first input after a `go` begins to compute. `atMs` is the host's monotonic clock (see `monotonicMs`). */
  z.object({ type: z.literal('began'), ...ofJob, atMs: z.number() }),
  /** The job moves on within an input that takes long. */
  z.object({ type: z.literal('progress'), ...ofJob }),
  z.object({
    type: z.literal('batch'),
    ...ofJob,
    outcomes: z.array(z.discriminatedUnion('ok', [
      /** Its record lies in the pack of the epoch, from `at` on. */
      z.object({ index: z.number().int(), ok: z.literal(true), at: z.number().int().nonnegative(), bytes: z.number().int().positive(), withFiles: z.boolean() }),
      z.object({ index: z.number().int(), ok: z.literal(false), error: errorShape }),
    ])).max(10_000),
  }),
  z.object({ type: z.literal('log'), ...ofJob, text: z.string().max(4000) }),
  /** The job stopped where it was asked to; `atMs` is when the last batch ended. */
  z.object({ type: z.literal('yielded'), ...ofJob, carry: carry.nullable(), atMs: z.number() }),
  /** Every input was dealt with, or the job was stopped at a batch's end because it was cancelled. */
  z.object({ type: z.literal('finished'), ...ofJob }),
  /** The job as a whole cannot go on. */
  z.object({ type: z.literal('failed'), ...ofJob, error: errorShape }),
  /** What a served model gave to requests that ran together, or that it refuses one. */
  z.object({
    type: z.literal('answers'),
    ...ofJob,
    answers: z.array(z.object({
      request: z.number().int(),
      answer: z.discriminatedUnion('ok', [
        z.object({ ok: z.literal(true), outputs: z.array(plainTensor), latencyMs: z.number(), batch: z.number().int() }),
        z.object({ ok: z.literal(false), error: errorShape }),
      ]),
    })),
  }),
  z.object({ type: z.literal('use'), cpuMs: z.number(), memoryMiB: z.number() }),
])

export type RunRequest = z.infer<typeof runRequest>
export type Carry = z.infer<typeof carry>
export type PlainTensor = z.infer<typeof plainTensor>
export type ToWorker = z.infer<typeof toWorker>
export type FromWorker = z.infer<typeof fromWorker>
export type BatchOutcome = Extract<FromWorker, { type: 'batch' }>['outcomes'][number]
export type InferRequest = Extract<ToWorker, { type: 'infer' }>['requests'][number]
export type InferAnswer = Extract<FromWorker, { type: 'answers' }>['answers'][number]['answer']
