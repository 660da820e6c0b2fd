import { Buffer } from 'node:buffer'

/** What comes out of the byte stream: a whole line, or word of one that was dropped. */
export type Frame
  = | { readonly ok: true, readonly line: string }
    | { readonly ok: false, readonly reason: 'too long' | 'not UTF-8' }

const newline = 0x0A

/**
 * Cuts a byte stream into lines, however its bytes are chunked. A line over `maxBytes` is dropped as it
 * streams by, so that a peer cannot make this process hold more than that; the next line is read as usual.
 * Empty lines are skipped.
 */
export class LineSplitter {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  private parts: Uint8Array[] = []
  private size = 0
  private dropping = false

  constructor(private readonly maxBytes: number) {}

  /** The frames that this chunk completes, in order. */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = []
    let from = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      this.keep(chunk.subarray(from, end))
      this.finish(frames)
      from = end + 1
    }
    this.keep(chunk.subarray(from))
    return frames
  }

  private keep(part: Uint8Array): void {
    this.size += part.length
    if (this.size > this.maxBytes) {
      this.dropping = true
      this.parts = []
    }
    else if (part.length > 0) {
      this.parts.push(part)
    }
  }

  private finish(frames: Frame[]): void {
    if (this.dropping)
      frames.push({ ok: false, reason: 'too long' })
    else if (this.size > 0)
      frames.push(this.decode())
    this.parts = []
    this.size = 0
    this.dropping = false
  }

  private decode(): Frame {
    try {
      return { ok: true, line: this.utf8.decode(Buffer.concat(this.parts)) }
    }
    catch {
      return { ok: false, reason: 'not UTF-8' }
    }
  }
}

/** A message as one line. JSON escapes line breaks inside strings, so the newline is always the end. */
export function encodeLine(message: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(message)}\n`, 'utf8')
}
