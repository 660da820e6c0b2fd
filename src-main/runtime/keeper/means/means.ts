import process from 'node:process'

/** A way to keep a process from computing, and to let it. Both may be called twice in a row. False if the process is gone. */
export interface Means {
  readonly stop: (pid: number) => boolean
  /** `ms`: how long its turn will be; Infinity until something changes. */
  readonly go: (pid: number, ms: number) => boolean
}

/** `signals` and `suspending` preempt whatever the process does; `asking` has its effect when it is between two inputs. */
export const meansNames = ['signals', 'suspending', 'asking'] as const
export type MeansName = typeof meansNames[number]

/** The strongest means that a system offers. Whether Windows lets it happen shows when it is opened. */
export function meansOf(platform: NodeJS.Platform): MeansName {
  return platform === 'win32' ? 'suspending' : 'signals'
}

/** Stops and continues processes as a shell does (POSIX job control): every thread of it, in the middle of a kernel. */
export const signals: Means = {
  stop: pid => signal(pid, 'SIGSTOP'),
  go: pid => signal(pid, 'SIGCONT'),
}

/** Sends a signal. False if there is no such process (any more). */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  }
  catch {
    return false
  }
}
