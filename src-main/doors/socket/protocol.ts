import type { EventName } from '../../contract/calls'
import type { Answer } from '../../contract/router'
import { z } from 'zod'
import { events } from '../../contract/calls'
import { TrancheError } from '../../contract/errors'

/**
 * The socket's language: one JSON value a line, in UTF-8.
 *
 *     -> {"id": 1, "call": "devices.list", "input": {}}
 *     <- {"id": 1, "ok": true, "value": [...]}          or {"id": 1, "ok": false, "error": {...}}
 *     -> {"id": 2, "subscribe": "changed"}
 *     <- {"id": 2, "ok": true, "value": null}           then {"event": "changed", "payload": {...}}, again and again
 *     <- {"bye": true}                                  the owner closes: what it has not answered it has not run
 *
 * Answers come as they are ready, not in the order of the questions.
 */
export const maxRequestBytes = 16 * 1024 * 1024

/** A job's own description may list 100,000 inputs, so what the owner says may be longer than what it is asked. */
export const maxAnswerBytes = 256 * 1024 * 1024

const requestId = z.union([z.number(), z.string().max(200)])

export const request = z.union([
  z.object({ id: requestId, call: z.string(), input: z.unknown().optional() }).strict(),
  z.object({ id: requestId, subscribe: z.enum(Object.keys(events) as [EventName, ...EventName[]]) }).strict(),
])

export type RequestId = z.infer<typeof requestId>
export type Request = z.infer<typeof request>

/** `id` is null where the question could not be read far enough to know its own. */
export type AnswerMessage = Answer & { readonly id: RequestId | null }
export interface EventMessage { readonly event: EventName, readonly payload: unknown }
export interface ByeMessage { readonly bye: true }
export type ServerMessage = AnswerMessage | EventMessage | ByeMessage

/**
 * The failure of a call that got no answer. `details.connection` is `closing` where the owner said that it did
 * not run the call, so that asking its successor is safe; `lost` where nobody knows.
 */
export function connectionError(kind: 'closing' | 'lost', message: string): TrancheError {
  return new TrancheError('conflict', message, { retryable: true, details: { connection: kind } })
}

/** How a call lost its owner, or null for any other failure. */
export function connectionLoss(thrown: unknown): 'closing' | 'lost' | null {
  const kind = thrown instanceof TrancheError ? thrown.options.details?.connection : undefined
  return kind === 'closing' || kind === 'lost' ? kind : null
}
