import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'

const maxBytes = 4 * 1024 * 1024

export interface AppLog {
  readonly file: string
  readonly note: (message: string, data?: Readonly<Record<string, unknown>>) => void
  /** Something that should not have happened; also told on stderr, for those who started the app from a terminal. */
  readonly fault: (what: string, thrown: unknown) => void
}

/**
 * The desktop's own log: how the app started and what went wrong with it, as lines of JSON beside the lab's log. It has
 * to work before anything else does and when the rest does not, so it needs nothing that has to be loaded or opened.
 */
export function appLog(folder: string): AppLog {
  const file = join(folder, 'desktop.log')
  keepSmall(file)

  function write(level: 'info' | 'error', message: string, data: Readonly<Record<string, unknown>>): void {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      appendFileSync(file, `${JSON.stringify({ level, time: new Date().toISOString(), pid: process.pid, msg: message, ...data })}\n`, { mode: 0o600 })
    }
    catch {
      // The disk is full or the folder is not ours to write: what matters is on stderr or in the window as well.
    }
  }

  return {
    file,
    note: (message, data = {}) => write('info', message, data),
    fault(what, thrown) {
      const description = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown)
      process.stderr.write(`tranche: ${what}: ${description}\n`)
      write('error', what, { error: description })
    },
  }
}

/** One old log is kept beside the current one. */
function keepSmall(file: string): void {
  try {
    if (statSync(file).size > maxBytes)
      renameSync(file, `${file}.old`)
  }
  catch {
    // There is none yet.
  }
}
