import type { Bridge } from '@contract/bridge'
import type { CallInput, CallName, CallOutput, EventName, EventPayload } from '@contract/calls'
import type { ErrorShape } from '@contract/errors'

declare global {
  interface Window {
    readonly tranche?: Bridge
  }
}

/** The same input, where each path may also be a dropped or chosen file: the preload turns it into its path. */
export type WithFiles<T>
  = T extends string ? T | File
    : T extends readonly (infer Element)[] ? readonly WithFiles<Element>[]
      : T extends object ? { [Key in keyof T]: WithFiles<T[Key]> }
        : T

/** A failed call, with the shape that every door gives. The contract's own class would bring a schema library along. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure'

  constructor(readonly shape: ErrorShape) {
    super(shape.message)
  }
}

export function hasBridge(): boolean {
  return window.tranche !== undefined
}

/** Calls the lab. Throws `CallFailure`, whatever went wrong. */
export async function call<N extends CallName>(name: N, input: WithFiles<CallInput<N>>): Promise<CallOutput<N>> {
  const answer = await bridge().call(name, input).catch((thrown: unknown) => {
    throw new CallFailure({ code: 'internal', message: `The lab did not answer ${name}: ${messageOf(thrown)}`, retryable: true })
  })
  if (!answer.ok)
    throw new CallFailure(answer.error)
  return answer.value as CallOutput<N>
}

/** Listens to what the lab pushes; returns a function that ends the subscription. */
export function on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
  return bridge().on(name, listener)
}

/** Turns anything thrown into the shape that the window shows. */
export function shapeOf(thrown: unknown): ErrorShape {
  return thrown instanceof CallFailure ? thrown.shape : { code: 'internal', message: messageOf(thrown), retryable: false }
}

function bridge(): Bridge {
  if (!window.tranche)
    throw new CallFailure({ code: 'internal', message: 'This window is not connected to a lab.', retryable: false })
  return window.tranche
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
