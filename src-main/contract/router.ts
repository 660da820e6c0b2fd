import type { CallInput, CallName, CallOutput, CallParsed } from './calls'
import type { ErrorShape } from './errors'
import { z } from 'zod'
import { calls } from './calls'
import { toErrorShape, TrancheError } from './errors'

export type Handlers = { readonly [N in CallName]: (input: CallParsed<N>) => CallOutput<N> | Promise<CallOutput<N>> }

/** An answer as it crosses a transport: Electron would carry only an error's message, so errors travel as values. */
export type Answer = { readonly ok: true, readonly value: unknown } | { readonly ok: false, readonly error: ErrorShape }

/** One way to call the lab, whichever side of a transport one is on. */
export interface Client {
  call: <N extends CallName>(name: N, input: CallInput<N>) => Promise<CallOutput<N>>
}

export interface Router extends Client {
  /** Validates and runs a call that came over a transport. Never rejects. */
  answer: (name: unknown, input: unknown) => Promise<Answer>
}

/** Binds handlers to the contract. All input is validated here, whichever door it came through. */
export function createRouter(handlers: Handlers): Router {
  async function run<N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>> {
    const parsed = calls[name].input.safeParse(input ?? {})
    if (!parsed.success)
      throw invalidInput(name, parsed.error)
    return handlers[name](parsed.data as CallParsed<N>)
  }
  return {
    call: run,
    async answer(name, input) {
      try {
        if (!isCallName(name))
          throw new TrancheError('invalid_input', `There is no call named ${JSON.stringify(name)}.`)
        return { ok: true, value: await run(name, input) }
      }
      catch (thrown) {
        return { ok: false, error: toErrorShape(thrown) }
      }
    },
  }
}

/** Unwraps an answer at the caller's side; throws a TrancheError for a failure. */
export function unwrap<N extends CallName>(answer: Answer): CallOutput<N> {
  if (!answer.ok)
    throw TrancheError.fromShape(answer.error)
  return answer.value as CallOutput<N>
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name)
}

function invalidInput(name: string, error: z.ZodError): TrancheError {
  return new TrancheError('invalid_input', `${name} was asked with input that does not fit: ${z.prettifyError(error)}`, {
    details: { issues: error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) },
  })
}
