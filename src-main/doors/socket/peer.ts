import type { Socket } from 'node:net'
import type { EventName } from '../../contract/calls'
import type { ErrorShape } from '../../contract/errors'
import type { Answer } from '../../contract/router'
import type { Lab } from '../../lab'
import type { Frame } from './framing'
import type { Request, RequestId } from './protocol'
import { setTimeout as delay } from 'node:timers/promises'
import { TrancheError } from '../../contract/errors'
import { LineSplitter } from './framing'
import { Outbox } from './outbox'
import { connectionError, maxRequestBytes, request } from './protocol'

/** Calls of one client that may run at once; the rest wait in its own socket buffer. */
const maxRunning = 64
/** How long a closing owner waits for the calls it runs, and then for the client to read their answers. */
const closeMs = 2000

/** One client of the owner: reads its questions in order, answers each when it is ready. */
export class Peer {
  private readonly splitter = new LineSplitter(maxRequestBytes)
  private readonly outbox: Outbox
  private readonly running = new Map<Promise<void>, RequestId>()
  private readonly unanswered = new Set<RequestId>()
  private readonly subscriptions = new Map<EventName, () => void>()
  private closing = false

  constructor(private readonly socket: Socket, private readonly lab: Lab) {
    this.outbox = new Outbox(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.unsubscribe())
  }

  /** Serves the client until it leaves. Never rejects. */
  async serve(): Promise<void> {
    try {
      for await (const chunk of this.socket.iterator({ destroyOnReturn: false })) {
        for (const frame of this.splitter.push(chunk as Uint8Array))
          await this.take(frame)
      }
      // A client may close its side and still wait for answers: `echo '{...}' | nc -U tranche.sock`.
      this.unsubscribe()
      await Promise.all(this.running.keys())
      this.socket.end()
    }
    catch {
      this.socket.destroy()
    }
  }

  /** Answers what runs, says that nothing else was run, and hangs up. */
  async close(): Promise<void> {
    this.closing = true
    this.unsubscribe()
    await Promise.race([Promise.all(this.running.keys()), delay(closeMs, undefined, { ref: false })])
    const lost = connectionError('lost', 'The process that ran this call closes before the call has ended.')
    for (const id of this.unanswered)
      this.settle(id, { ok: false, error: lost.toShape() })
    this.outbox.bye()
    this.socket.end()
    const hungUp = new Promise(resolve => this.socket.once('close', resolve))
    if (!this.socket.closed)
      await Promise.race([hungUp, delay(closeMs, undefined, { ref: false })])
    this.socket.destroy()
  }

  private async take(frame: Frame): Promise<void> {
    if (this.closing)
      return
    if (!frame.ok)
      return this.refuse(null, `A line was ${frame.reason}: the limit is ${maxRequestBytes / 1024 / 1024} MiB of UTF-8.`)
    const parsed = parseRequest(frame.line)
    if (!parsed.ok)
      return this.refuse(parsed.id, parsed.reason)
    if ('subscribe' in parsed.request)
      return this.subscribe(parsed.request.id, parsed.request.subscribe)
    const { id, call, input } = parsed.request
    this.unanswered.add(id)
    const run = this.lab.router.answer(call, input).then(answer => this.settle(id, answer)).finally(() => this.running.delete(run))
    this.running.set(run, id)
    if (this.running.size >= maxRunning)
      await Promise.race(this.running.keys())
  }

  private settle(id: RequestId, answer: Answer): void {
    if (this.unanswered.delete(id))
      this.outbox.answer({ id, ...answer })
  }

  private subscribe<N extends EventName>(id: RequestId, event: N): void {
    if (!this.subscriptions.has(event))
      this.subscriptions.set(event, this.lab.on(event, payload => this.outbox.event(event, payload)))
    this.outbox.answer({ id, ok: true, value: null })
  }

  private refuse(id: RequestId | null, message: string): void {
    const error: ErrorShape = new TrancheError('invalid_input', message).toShape()
    this.outbox.answer({ id, ok: false, error })
  }

  private unsubscribe(): void {
    for (const end of this.subscriptions.values())
      end()
    this.subscriptions.clear()
  }
}

type ParsedRequest = { readonly ok: true, readonly request: Request } | { readonly ok: false, readonly id: RequestId | null, readonly reason: string }

function parseRequest(line: string): ParsedRequest {
  let value: unknown
  try {
    value = JSON.parse(line)
  }
  catch {
    return { ok: false, id: null, reason: 'A line was not JSON. Each line is one question: {"id": 1, "call": "devices.list", "input": {}}' }
  }
  const parsed = request.safeParse(value)
  if (parsed.success)
    return { ok: true, request: parsed.data }
  return { ok: false, id: idOf(value), reason: 'A question is {"id", "call", "input"} or {"id", "subscribe"}, with a number or a string as its id.' }
}

function idOf(value: unknown): RequestId | null {
  const id: unknown = typeof value === 'object' && value !== null && 'id' in value ? value.id : null
  return typeof id === 'number' || typeof id === 'string' ? id : null
}
