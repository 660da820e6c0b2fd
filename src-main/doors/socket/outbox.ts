import type { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Changed, EventName, EventPayload } from '../../contract/calls'
import type { AnswerMessage } from './protocol'
import { toErrorShape, TrancheError } from '../../contract/errors'
import { encodeLine } from './framing'
import { maxAnswerBytes } from './protocol'
import { writeTogether } from './writeTogether'

/** Unread bytes after which a reader is too slow for live events: they are merged or left out. */
const slowBytes = 1024 * 1024
/** Unread bytes, beside one answer of any size, after which a client is given up. */
const stuckBytes = 32 * 1024 * 1024

/** What the owner says to one client. A client that does not read costs a bounded amount of memory and delays no one. */
export class Outbox {
  private missed: Changed | null = null

  constructor(private readonly socket: Socket) {
    socket.on('drain', () => this.catchUp())
  }

  answer(message: AnswerMessage): void {
    this.write(encodeAnswer(message))
  }

  event<N extends EventName>(event: N, payload: EventPayload<N>): void {
    if (this.socket.writableLength < slowBytes)
      this.write(encodeLine({ event, payload }))
    else if (event === 'changed')
      this.missed = mergeChanges(this.missed, payload as Changed)
  }

  bye(): void {
    this.write(encodeLine({ bye: true }))
  }

  private write(line: Buffer): void {
    if (!this.socket.writable)
      return
    if (this.socket.writableLength > stuckBytes)
      this.socket.destroy()
    else
      writeTogether(this.socket, line)
  }

  private catchUp(): void {
    const payload = this.missed
    this.missed = null
    if (payload)
      this.event('changed', payload)
  }
}

/** One change that says what both said; listeners re-read what it names. */
export function mergeChanges(earlier: Changed | null, later: Changed): Changed {
  if (!earlier)
    return later
  return {
    seq: Math.max(earlier.seq, later.seq),
    topics: [...new Set([...earlier.topics, ...later.topics])],
    jobs: [...new Set([...earlier.jobs, ...later.jobs])],
  }
}

function encodeAnswer(message: AnswerMessage): Buffer {
  try {
    const line = encodeLine(message)
    if (line.length <= maxAnswerBytes)
      return line
    throw new TrancheError('invalid_input', `The answer is longer than ${maxAnswerBytes / 1024 / 1024} MiB. Ask for less of it at a time.`)
  }
  catch (thrown) {
    return encodeLine({ id: message.id, ok: false, error: toErrorShape(thrown) })
  }
}
