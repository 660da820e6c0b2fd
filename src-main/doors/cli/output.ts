import type { ErrorShape } from '../../contract/errors'
import type { Style } from './text'
import { createStyle, printable } from './text'

/** A standard stream, or a test's record of one. */
export interface Sink {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface OutputOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly env: Readonly<Record<string, string | undefined>>
  readonly json: boolean
}

/** Without a terminal, progress is a line now and then. */
const quietProgressMs = 5000

/**
 * Where a verb's words go: its answer to stdout, alone; all talk to stderr. With `--json` the answer is JSON, for people
 * it is lines.
 */
export class Output {
  readonly json: boolean
  /** For lines on stdout. */
  readonly style: Style
  /** Characters of a line on stdout. */
  readonly columns: number
  private readonly stdout: Sink
  private readonly stderr: Sink
  private progressShown = false
  private progressAtMs = Number.NEGATIVE_INFINITY

  constructor({ stdout, stderr, env, json }: OutputOptions) {
    this.json = json
    this.columns = stdout.columns || 80
    this.stdout = stdout
    this.stderr = stderr
    // https://no-color.org: any value but the empty one
    this.style = createStyle(stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb')
  }

  /** The verb's answer. The lines are made only when they are for a person. */
  answer(value: unknown, lines: () => readonly string[]): void {
    if (this.json)
      this.print([JSON.stringify(value, null, 2)])
    else
      this.print(lines())
  }

  /** One of an endless row of answers: with `--json` a line of JSON each. */
  answerLine(value: unknown, line: () => string): void {
    this.print([this.json ? JSON.stringify(value) : line()])
  }

  print(lines: readonly string[]): void {
    if (lines.length === 0)
      return
    this.clearProgress()
    this.stdout.write(`${lines.join('\n')}\n`)
  }

  talk(line: string): void {
    this.clearProgress()
    this.stderr.write(`${printable(line)}\n`)
  }

  /** What is going on now. On a terminal the line is written over by the next. */
  progress(line: string, nowMs: number = Date.now()): void {
    if (this.stderr.isTTY) {
      const width = (this.stderr.columns || 80) - 1
      this.stderr.write(`\r\u001B[K${printable(line).slice(0, width)}`)
      this.progressShown = true
    }
    else if (nowMs - this.progressAtMs >= quietProgressMs) {
      this.progressAtMs = nowMs
      this.stderr.write(`${printable(line)}\n`)
    }
  }

  failure(error: ErrorShape): void {
    if (this.json)
      this.print([JSON.stringify({ error }, null, 2)])
    for (const line of `tranche: ${error.message}`.split('\n'))
      this.talk(line)
  }

  private clearProgress(): void {
    if (this.progressShown)
      this.stderr.write('\r\u001B[K')
    this.progressShown = false
  }
}
