import type { Means, MeansName } from './means'
import { signals } from './means'
import { openSuspending } from './suspending'

/**
 * Readies a means. `ask` tells a worker that it may compute for so many ms, or, with 0, that it has to wait before its next
 * input. Throws where the system does not have what the means needs.
 */
export function openMeans(name: MeansName, ask: (pid: number, ms: number) => void): Means {
  switch (name) {
    case 'signals':
      return signals
    case 'suspending':
      return openSuspending()
    case 'asking':
      return { stop: pid => said(ask, pid, 0), go: (pid, ms) => said(ask, pid, ms) }
  }
}

function said(ask: (pid: number, ms: number) => void, pid: number, ms: number): boolean {
  ask(pid, ms)
  return true
}
