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
  /** The recipe's own settings, already validated. */
  readonly params: Readonly<Record<string, unknown>>
  /** A session of the file, loaded once and kept by the worker between jobs. */
  readonly session: (path: string) => Promise<InferenceSession>
  readonly log: (message: string) => void
}

export interface RecipeRun<Decoded = unknown> {
  /** Inputs per batch; after each batch its results are made durable and a checkpoint is taken. */
  readonly batchSize: number
  /** Decodes one input. Throws a TrancheError (`unreadable_input`, `input_too_large`) that fails this input alone. */
  readonly read: (input: RecipeInput) => Promise<Decoded>
  /** Runs one decoded input; a TrancheError fails this input alone. */
  readonly compute: (decoded: Decoded) => Promise<RecipeOutput>
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
