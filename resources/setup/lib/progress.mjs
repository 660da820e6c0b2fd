import process from 'node:process'

const REDRAW_MS = 200
const SPARSE_MS = 30_000

/**
 * @param {number} ms
 * @returns {string} such as `0.4 s`, `42 s`, `2 min 5 s`
 */
export function formatTime(ms) {
  const seconds = ms / 1000
  if (seconds < 10)
    return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/**
 * @param {string} name
 * @returns {string} such as `  packages ........`
 */
export function label(name) {
  return `  ${`${name} `.padEnd(18, '.')}`
}

/**
 * A step's last line, with its time.
 *
 * @param {string} name
 * @param {number} ms
 * @param {boolean} ok
 * @param {NodeJS.WriteStream} [stream]
 */
export function reportResult(name, ms, ok, stream = process.stderr) {
  stream.write(`${stream.isTTY ? '\r\u001B[K' : ''}${label(name)} ${ok ? '' : 'failed after '}${formatTime(ms)}\n`)
}

/** One step's line on stderr: redrawn in place on a terminal, else a line every half minute and one at the end. */
export class Progress {
  #name
  #stream
  #startedAt = performance.now()
  #lastDrawnAt = performance.now()
  #detail = ''
  #timer

  /**
   * @param {string} name
   * @param {NodeJS.WriteStream} [stream]
   */
  constructor(name, stream = process.stderr) {
    this.#name = name
    this.#stream = stream
    this.#timer = setInterval(() => this.#tick(), REDRAW_MS)
    this.#timer.unref()
    if (stream.isTTY)
      this.#draw()
  }

  /**
   * @param {string} text what is being done
   * @param {number} [fraction] how much of it is done, 0..1
   */
  update(text, fraction) {
    const percent = fraction === undefined ? '' : `${Math.floor(Math.min(1, fraction) * 100)} %`
    this.#detail = [percent, text].filter(Boolean).join(' ')
  }

  done() {
    this.#finish(true)
  }

  failed() {
    this.#finish(false)
  }

  #elapsed() {
    return performance.now() - this.#startedAt
  }

  #tick() {
    if (this.#stream.isTTY || performance.now() - this.#lastDrawnAt >= SPARSE_MS)
      this.#draw()
  }

  #draw() {
    this.#lastDrawnAt = performance.now()
    const line = `${label(this.#name)} ${formatTime(this.#elapsed())}  ${this.#detail}`.trimEnd()
    this.#stream.write(this.#stream.isTTY ? `\r\u001B[K${line.slice(0, this.#stream.columns - 1)}` : `${line}\n`)
  }

  /** @param {boolean} ok */
  #finish(ok) {
    clearInterval(this.#timer)
    reportResult(this.#name, this.#elapsed(), ok, this.#stream)
  }
}
