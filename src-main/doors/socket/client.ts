import type { Socket } from 'node:net'
import type { CallName, CallOutput, EventName, EventPayload } from '../../contract/calls'
import type { Client } from '../../contract/router'
import type { Frame } from './framing'
import type { ServerMessage } from './protocol'
import { createConnection } from 'node:net'
import { systemCode, TrancheError } from '../../contract/errors'
import { unwrap } from '../../contract/router'
import { findAddress } from './address'
import { encodeLine, LineSplitter } from './framing'
import { connectionError, maxAnswerBytes, maxRequestBytes } from './protocol'
import { writeTogether } from './writeTogether'

/** The lab of another process. */
export interface RemoteClient extends Client {
  /** Returns a function that ends the subscription. */
  readonly on: <N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void) => () => void
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>
  readonly close: () => void
}

/**
 * Connects to the owner of a state folder; null if none listens there.
 *
 * A call that the owner did not answer rejects with an error that `connectionLoss` knows.
 * @throws TrancheError if the socket is there and this user may not use it
 */
export async function connectSocket(stateDir: string): Promise<RemoteClient | null> {
  const path = await findAddress(stateDir)
  const socket = path === null ? null : await open(path)
  return socket && new SocketClient(socket)
}

/** Codes of connect(2) that mean no owner, or one with no room for another client now. */
const nobody = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EAGAIN', 'ENOTSOCK'])

function open(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path })
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', (error) => {
      if (nobody.has(systemCode(error) ?? ''))
        resolve(null)
      else
        reject(new TrancheError('conflict', `The socket ${path} of the lab's owner cannot be used: ${error.message}.`, { cause: error }))
    })
  })
}

interface Waiting { readonly resolve: (value: unknown) => void, readonly reject: (error: unknown) => void }
type Listener = (payload: unknown) => void

class SocketClient implements RemoteClient {
  readonly closed: Promise<void>
  private readonly splitter = new LineSplitter(maxAnswerBytes)
  private readonly waiting = new Map<number, Waiting>()
  private readonly listeners = new Map<EventName, Set<Listener>>()
  private lastId = 0
  private ended = false
  private ownerClosed = false

  constructor(private readonly socket: Socket) {
    this.closed = new Promise(resolve => socket.once('close', () => {
      this.fail()
      resolve()
    }))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Uint8Array) => {
      for (const frame of this.splitter.push(chunk))
        this.take(frame)
    })
  }

  call<N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>> {
    return this.ask({ call: name, input }) as Promise<CallOutput<N>>
  }

  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void {
    const listeners = this.listeners.get(event) ?? new Set<Listener>()
    this.listeners.set(event, listeners)
    if (listeners.size === 0) // The end of the connection is told by `closed`, not here.
      this.ask({ subscribe: event }).catch(() => undefined)
    listeners.add(listener as Listener)
    return () => listeners.delete(listener as Listener)
  }

  close(): void {
    this.socket.destroy()
  }

  private ask(question: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.ended)
      return Promise.reject(this.loss())
    const id = ++this.lastId
    const line = encodeLine({ id, ...question })
    if (line.length > maxRequestBytes)
      return Promise.reject(new TrancheError('invalid_input', `The request is longer than ${maxRequestBytes / 1024 / 1024} MiB. Split it, for example into jobs with fewer inputs.`))
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      writeTogether(this.socket, line)
    })
  }

  private take(frame: Frame): void {
    const message = frame.ok ? parse(frame.line) : null
    if (!message)
      this.socket.destroy()
    else if ('bye' in message)
      this.ownerClosed = true
    else if ('event' in message)
      this.listeners.get(message.event)?.forEach(listener => listener(message.payload))
    else if (typeof message.id === 'number')
      this.settle(message.id, message)
  }

  private settle(id: number, answer: Exclude<ServerMessage, { event: EventName } | { bye: true }>): void {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    try {
      waiting?.resolve(unwrap(answer))
    }
    catch (thrown) {
      waiting?.reject(thrown)
    }
  }

  private fail(): void {
    this.ended = true
    for (const { reject } of this.waiting.values())
      reject(this.loss())
    this.waiting.clear()
  }

  private loss(): TrancheError {
    return this.ownerClosed
      ? connectionError('closing', 'The process that owned the state folder has closed it. Run this again.')
      : connectionError('lost', 'The process that owns the state folder is gone, and whether it did this is not known. `tranche jobs` shows what it did.')
  }
}

function parse(line: string): ServerMessage | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && ('id' in value || 'event' in value || 'bye' in value) ? value as ServerMessage : null
  }
  catch {
    return null
  }
}
