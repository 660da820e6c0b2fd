import { z } from 'zod'

/**
 * Every failure a person or a program can meet, by a stable code. The code decides the exit
 * status of the command line (see `exitStatus`) and what the window offers next.
 */
export const errorCodes = {
  invalid_input: 'what was asked for is not well formed',
  not_found: 'the thing named does not exist',
  conflict: 'the state of the lab does not allow it now',
  in_use: 'something still holds it',
  state_owned: 'another process owns the state folder',
  state_newer: 'the database was written by a newer version',
  state_damaged: 'the database cannot be read',
  disk_full: 'no space is left on the disk of the state folder',
  unreadable_input: 'an input of a job cannot be read or is not of the right kind',
  input_too_large: 'an input of a job is larger than the recipe accepts',
  bad_model: 'the model file is not a valid ONNX model, or not one that fits the recipe',
  model_unavailable: 'the model could not be obtained',
  inputs_failed: 'some inputs of a job failed, the others have their results',
  worker_crashed: 'the worker process died while it ran the job',
  worker_hung: 'the worker process stopped answering',
  out_of_memory: 'the slice, or the host, has too little memory for it',
  unsupported: 'this machine or this version cannot do it',
  cancelled: 'a person asked for it to stop',
  deadline_passed: 'the deadline of a job passed before its end',
  time_limit: 'a job ran for as long as it may',
  dependency_failed: 'a job that it waits for did not succeed',
  internal: 'a fault of Tranche itself',
} as const

export type ErrorCode = keyof typeof errorCodes

/** How a failure looks on every door: over IPC, over the socket, in `--json`, and in the store. */
export const errorShape = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  /** One or two sentences: what happened, why, and what to do next. */
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  /** True where the same call may succeed later without any change by the caller. */
  retryable: z.boolean(),
})

export type ErrorShape = z.infer<typeof errorShape>

/** The one error class of the product. Anything else that is thrown is a fault and becomes `internal`. */
export class TrancheError extends Error {
  override readonly name = 'TrancheError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly options: { readonly details?: Record<string, unknown>, readonly retryable?: boolean, readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
  }

  toShape(): ErrorShape {
    return {
      code: this.code,
      message: this.message,
      ...(this.options.details && { details: this.options.details }),
      retryable: this.options.retryable ?? false,
    }
  }

  static fromShape(shape: ErrorShape): TrancheError {
    return new TrancheError(shape.code, shape.message, { details: shape.details, retryable: shape.retryable })
  }
}

/** Turns anything thrown into the shape that crosses a door. System errors keep what an admin can act on. */
export function toErrorShape(thrown: unknown): ErrorShape {
  if (thrown instanceof TrancheError)
    return thrown.toShape()
  const code = systemCode(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return { code: 'disk_full', message: 'The disk that holds the state folder is full. Free some space, then retry.', retryable: true }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'internal', message: `Unexpected failure: ${message}`, retryable: false }
}

/** The `code` of a Node or SQLite error (`ENOENT`, `SQLITE_FULL`), or undefined. */
export function systemCode(thrown: unknown): string | undefined {
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string')
    return thrown.code
  return undefined
}
