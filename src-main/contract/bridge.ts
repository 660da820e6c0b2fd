import type { EventName, EventPayload } from './calls'
import type { Answer } from './router'

/** The two functions that the preload gives to the window. */
export interface Bridge {
  /** `File` objects inside `input` (dropped or chosen files) arrive in the main process as their absolute paths. */
  readonly call: (name: string, input: unknown) => Promise<Answer>
  /** Returns a function that ends the subscription. */
  readonly on: <N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void) => () => void
}

/** Address of an input picture or sound for the window: served only for inputs of known jobs. */
export function inputUrl(jobId: string, index: number): string {
  return `tranche://input/${encodeURIComponent(jobId)}/${index}`
}
