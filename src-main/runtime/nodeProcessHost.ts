import type { ChildProcess as NodeChild, Serializable } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { ChildProcess, ProcessHost } from './processHost'
import { fork } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'

export interface NodeProcessHostOptions {
  /** Each line that a worker prints, by the name it was started under: what is left to read after a crash. */
  readonly onLog?: (name: string, line: string) => void
}

/**
 * What a worker needs to run at all and to find its libraries. The rest of the environment (tokens, `NODE_OPTIONS`)
 * is not for code that works on other people's files.
 */
const essentials = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SYSTEMROOT',
  'WINDIR',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'CUDA_PATH',
  'ELECTRON_RUN_AS_NODE',
] as const

/** ONNX Runtime reports its use to its makers unless it is told not to: what runs in a lab is nobody else's affair. */
const always = { ORT_DISABLE_TELEMETRY: '1' } as const

/** After its exit a worker's last messages may still be on their way; after this long there are none. */
const lastMessagesMs = 1000

/** Starts workers as plain Node processes. A worker ends when its channel closes, so none outlives this process. */
export function nodeProcessHost({ onLog = () => undefined }: NodeProcessHostOptions = {}): ProcessHost {
  return {
    fork(entry, { name, env }) {
      const child = fork(entry, [], {
        env: { ...essentialEnv(process.env), ...env },
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        // Out of the terminal's group: Ctrl-C asks this process to stop, and it decides what becomes of its workers.
        detached: process.platform !== 'win32',
      })
      readLines(child.stdout, line => onLog(name, line))
      readLines(child.stderr, line => onLog(name, line))
      return wrap(child)
    },
  }
}

/** The environment that every worker starts with, whichever way it is started. */
export function essentialEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return { ...Object.fromEntries(essentials.flatMap(key => env[key] === undefined ? [] : [[key, env[key]]])), ...always }
}

function wrap(child: NodeChild): ChildProcess {
  // A message to a worker that has just died, and a failed start: `onExit` tells both.
  child.on('error', () => undefined)
  return {
    get pid() { return child.pid },
    send(message) {
      if (child.connected)
        child.send(message as Serializable, () => undefined)
    },
    onMessage(listener) {
      child.on('message', listener)
    },
    onExit(listener) {
      whenGone(child, listener)
    },
    kill() {
      child.kill('SIGKILL')
    },
  }
}

type How = Parameters<Parameters<ChildProcess['onExit']>[0]>[0]

/** Waits for the exit and for the channel to run dry: Node may tell of the exit before the last messages. */
function whenGone(child: NodeChild, listener: (how: How) => void): void {
  let told = false
  const tell = (how: How) => {
    if (!told)
      listener(how)
    told = true
  }
  child.once('exit', (code, signal) => {
    if (!child.connected)
      return tell({ code, signal })
    child.once('disconnect', () => tell({ code, signal }))
    setTimeout(tell, lastMessagesMs, { code, signal }).unref()
  })
  child.once('error', () => {
    if (child.pid === undefined)
      tell({ code: null, signal: null })
  })
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream)
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
}
