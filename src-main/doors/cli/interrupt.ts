import process from 'node:process'
import { exitStatus } from './exitStatus'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs work that can be asked to stop: the first SIGINT, SIGTERM or SIGHUP aborts its signal, the second ends the process at
 * once. A verb that asks for no such signal is ended by the first one, as any program is.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted)
      process.exit(exitStatus.interrupted)
    controller.abort()
  }
  for (const name of signals)
    process.on(name, onSignal)
  try {
    return await work(controller.signal)
  }
  finally {
    for (const name of signals)
      process.off(name, onSignal)
  }
}

/** Resolves once the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted)
      resolve()
    else
      signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
