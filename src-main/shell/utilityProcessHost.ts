import type { UtilityProcess } from 'electron'
import type { ChildProcess, ProcessHost } from '../runtime/processHost'
import { constants } from 'node:os'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { utilityProcess } from 'electron'
import { essentialEnv } from '../runtime/nodeProcessHost'

export interface UtilityProcessHostOptions {
  /** Each line that a worker prints, by the name it was started under. */
  readonly onLog: (name: string, line: string) => void
}

/** Starts workers as Electron utility processes. Only after `ready`. A worker ends with the app, however that ends. */
export function utilityProcessHost({ onLog }: UtilityProcessHostOptions): ProcessHost {
  return {
    fork(entry, { name, env }) {
      const child = utilityProcess.fork(entry, [], {
        serviceName: name,
        stdio: 'pipe',
        env: { ...essentialEnv(process.env), ...env },
      })
      for (const stream of [child.stdout, child.stderr]) {
        if (stream)
          createInterface({ input: stream as NodeJS.ReadableStream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', line => onLog(name, line))
      }
      return wrap(child)
    },
  }
}

function wrap(child: UtilityProcess): ChildProcess {
  return {
    get pid() { return child.pid },
    send: message => child.postMessage(message),
    onMessage: listener => void child.on('message', listener),
    onExit: listener => void child.once('exit', code => listener(howItEnded(code))),
    kill() {
      if (child.pid === undefined)
        child.once('spawn', () => killNow(child.pid))
      else
        killNow(child.pid)
    },
  }
}

/** SIGKILL, as Electron's own `kill` only asks: a stopped process, or one inside a long kernel, would not hear it. */
function killNow(pid: number | undefined): void {
  try {
    if (pid !== undefined)
      process.kill(pid, 'SIGKILL')
  }
  catch {
    // It ended by itself meanwhile.
  }
}

/** Signals that end a process without its doing. Our workers use none of these numbers as an exit code of their own. */
const deadly = ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV'] as const

/** Chromium gives one number for both: the exit code, or on Unix the number of the signal that ended the process. */
export function howItEnded(code: number, platform: NodeJS.Platform = process.platform): { code: number | null, signal: string | null } {
  const signal = platform === 'win32' ? undefined : deadly.find(name => constants.signals[name] === code)
  return signal ? { code: null, signal } : { code, signal: null }
}
