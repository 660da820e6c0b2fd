import type { ErrorShape } from '../contract/errors'

/** How a worker process came to its end. */
export type Death
  /** It ended by itself: a crash of the runtime, an abort, an exit. */
  = | { readonly kind: 'crashed', readonly how: string }
    /** Someone ended it from outside, or the system did. */
    | { readonly kind: 'killed', readonly how: string }
    /** It was ended because its job showed no sign of progress within the limit. */
    | { readonly kind: 'hung', readonly limitMs: number }
    /** It was ended because it took more memory than its slice has. */
    | { readonly kind: 'breach', readonly usedMiB: number, readonly limitMiB: number, readonly why: string }
    /** The lab asked for its end. */
    | { readonly kind: 'stopped' }

/** Tells a crash from a kill. Models crash by themselves; SIGKILL and SIGTERM always come from someone else. */
export function deathOf({ code, signal }: { readonly code: number | null, readonly signal: string | null }): Death {
  if (signal === 'SIGKILL' || signal === 'SIGTERM')
    return { kind: 'killed', how: `ended by ${signal}` }
  return { kind: 'crashed', how: signal ? `ended by ${signal}` : `ended with exit code ${code}` }
}

/** The failure of whatever a worker died of, in words for an admin. */
export function deathError(death: Death): ErrorShape {
  switch (death.kind) {
    case 'hung':
      return { code: 'worker_hung', message: `There was no sign of progress for ${words(death.limitMs)}, so the worker was ended. Other jobs were not touched. If the model needs longer, submit it with a larger --time-limit.`, details: { limitMs: death.limitMs }, retryable: true }
    case 'breach':
      return { code: 'out_of_memory', message: `${death.why} The worker was ended; other jobs were not touched. Choose a larger slice or a smaller batch.`, details: { usedMiB: Math.round(death.usedMiB), limitMiB: Math.round(death.limitMiB) }, retryable: true }
    case 'crashed':
    case 'killed':
      return { code: 'worker_crashed', message: `The worker process was ${death.how}. Other jobs were not touched. The model or an input may crash ONNX Runtime, or something else on this host ended it.`, details: { how: death.how }, retryable: true }
    case 'stopped':
      return { code: 'cancelled', message: 'The worker was stopped.', retryable: true }
  }
}

function words(ms: number): string {
  return ms >= 60_000 ? `${Math.round(ms / 6000) / 10} minutes` : ms >= 1000 ? `${Math.round(ms / 100) / 10} seconds` : `${ms} ms`
}
