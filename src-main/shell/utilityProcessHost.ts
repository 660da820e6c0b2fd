import type { UtilityProcess } from 'electron'
import type { ChildProcess, ProcessHost } from '../runtime/processHost'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { utilityProcess } from 'electron'
import { essentialEnv } from '../runtime/nodeProcessHost'
import { howItEnded } from './howItEnded'

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
