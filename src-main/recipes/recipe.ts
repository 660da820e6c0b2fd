import type { InferenceSession } from 'onnxruntime-node'

/**
 * A recipe turns inputs into tensors and tensors into results. It runs inside a worker process, knows
 * nothing of jobs, leases or the database, and keeps no state between jobs.
 *
 * The worker drives it in two overlapping stages: `read` (decode the next inputs) runs while `compute`
 * (inference on the current ones) is under way.
 */
export interface Recipe<Decoded = unknown> {
  /** Loads what the recipe needs, with sessions from the worker's cache. Throws `bad_model` if the model does not fit. */
  open: (context: RecipeContext) => Promise<RecipeRun<Decoded>>
}

export interface RecipeContext {
  /** Absolute paths of the model's files by their role, e.g. `detector`, `recogniser`, `model`. */
  readonly files: Readonly<Record<string, string>>
  /** Intra-op threads of this slice, at least 1. */
  readonly threads: number
  /** Memory of this slice, which models have to fit into. */
  readonly memoryMiB: number
  /** The recipe's own settings, already validated. */
  readonly params: Readonly<Record<string, unknown>>
  /** A session of the file, loaded once and kept by the worker between jobs. */
  readonly session: (path: string) => Promise<InferenceSession>
  /**
   * A session of the file for the caller alone, on the same backends as `session`. Nothing keeps it: the caller releases it.
   * Absent where a worker has no use for it; `session` serves instead then.
   */
  readonly transient?: (path: string) => Promise<InferenceSession>
  readonly log: (message: string) => void
}

export interface RecipeRun<Decoded = unknown> {
  /** Inputs per batch; after each batch its results are made durable and a checkpoint is taken. */
  readonly batchSize: number
  /** Decodes one input. Throws a TrancheError (`unreadable_input`, `input_too_large`) that fails this input alone. */
  readonly read: (input: RecipeInput) => Promise<Decoded>
  /**
   * Runs one decoded input; a TrancheError fails this input alone. One that takes long looks at `control` now and then, and
   * may leave the input in its middle.
   */
  readonly compute: (decoded: Decoded, control: Control) => Promise<RecipeOutput | Paused>
  /** Runs several decoded inputs as one, in a model that takes batches. One answer an input, in their order. */
  readonly computeTogether?: (decoded: readonly Decoded[]) => Promise<readonly (RecipeOutput | { readonly failed: unknown })[]>
  /** Answers requests in place of inputs; absent where the recipe cannot. */
  readonly requests?: RequestRun<Decoded>
}

/** How a served model answers. Requests come and go as tensors; nothing is written. */
export interface RequestRun<Decoded = unknown> {
  /** Checks one request. Throws `invalid_input`, which fails it alone. */
  readonly read: (tensors: readonly NamedTensor[]) => Decoded
  /** Requests of the same kind can run as one; null for one that has to run alone. */
  readonly kindOf: (decoded: Decoded) => string | null
  /** How many of `wanted` requests may run together in this model and on this slice, at least 1. */
  readonly mostTogether: (wanted: number) => number
  /** Runs requests of one kind as one. One answer a request, in their order. */
  readonly computeTogether: (decoded: readonly Decoded[]) => Promise<readonly (readonly NamedTensor[] | { readonly failed: unknown })[]>
  /** Runs the model once on made-up values, so that the first request is not slower than the others. */
  readonly warmUp: () => Promise<void>
}

/** A tensor by its name: elements in C order, little endian; strings as a JSON array in UTF-8. */
export interface NamedTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: number[]
  readonly data: Uint8Array
}

/** How the worker and an input that takes long talk to each other. */
export interface Control {
  /** What `Paused` held when another worker left this input in its middle, or null to begin at its beginning. */
  readonly carry: Uint8Array | null
  /** Whether to leave the input at the next point where that is possible. */
  readonly shouldPause: () => boolean
  /** Tells that it moves on: an input without a sign of progress is taken for hung. */
  readonly progress: () => void
}

/** An input that was left in its middle: all that its recipe needs to go on in another process. At most 1 MiB. */
export interface Paused {
  readonly paused: Uint8Array
}

export interface RecipeInput {
  /** Absolute path, or null for an input that the recipe makes up itself (synthetic tensors). */
  readonly path: string | null
  /** Position of the input within its job, from 0. */
  readonly index: number
}

/** The result of one input: JSON for everyone, and files (tensors) beside it where JSON would be too large. */
export interface RecipeOutput {
  readonly result: unknown
  readonly files?: readonly { readonly name: string, readonly bytes: Uint8Array }[]
}
