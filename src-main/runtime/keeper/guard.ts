import type { HostMemory } from './linux/hostMemory'
import type { Breach } from './seat'

/** How often the memory of every seat is read. */
export const guardEveryMs = 20

/** With less of its memory than this available, a host is about to stand still. */
const leastAvailable = 0.05

/** Nothing is won by ending a process that holds less of the host's memory than this. */
const worthEnding = 0.01

export interface Watched {
  readonly limitMiB: number
  readonly baselineMiB: number
  /** Resident memory; null once the process is gone. */
  readonly rssMiB: () => number | null
}

export interface GuardHost {
  /** Ends a process at once. */
  readonly end: (pid: number) => void
  readonly report: (pid: number, breach: Breach) => void
  readonly memory: () => HostMemory | null
}

/**
 * Ends every process that uses more memory than its slice has, and, where the host itself runs out, the one that uses most:
 * otherwise the kernel would choose one, and it might choose the lab.
 */
export function createGuard(host: GuardHost) {
  const watched = new Map<number, Watched>()
  /** Told to end and not gone yet: their memory is still to come back. */
  const ending = new Set<number>()

  function end(pid: number, breach: Breach): void {
    // Said first: whoever hears of its end finds the reason there already.
    host.report(pid, breach)
    host.end(pid)
    ending.add(pid)
  }

  function checkHost(uses: ReadonlyMap<number, number>): void {
    const memory = ending.size === 0 && uses.size > 0 ? host.memory() : null
    if (!memory || memory.availableMiB >= memory.totalMiB * leastAvailable)
      return
    const [pid, usedMiB] = [...uses].reduce((most, use) => use[1] > most[1] ? use : most)
    const limitMiB = watched.get(pid)?.limitMiB ?? 0
    if (usedMiB >= memory.totalMiB * worthEnding)
      end(pid, { usedMiB, limitMiB, why: `The host has ${Math.round(memory.availableMiB)} MiB of its ${Math.round(memory.totalMiB)} MiB left, and of all workers this one used most: ${Math.round(usedMiB)} MiB.` })
  }

  return {
    watch: (pid: number, seat: Watched): void => void watched.set(pid, seat),
    forget(pid: number): void {
      watched.delete(pid)
      ending.delete(pid)
    },
    /** Reads the memory of all and ends those in breach. */
    check(): void {
      const uses = new Map<number, number>()
      for (const [pid, { limitMiB, baselineMiB, rssMiB }] of watched) {
        const rss = rssMiB()
        if (rss === null) {
          ending.delete(pid)
          continue
        }
        if (ending.has(pid))
          continue
        const usedMiB = Math.max(0, rss - baselineMiB)
        if (usedMiB > limitMiB)
          end(pid, { usedMiB, limitMiB, why: breachWords(usedMiB, limitMiB) })
        else
          uses.set(pid, usedMiB)
      }
      checkHost(uses)
    },
  }
}

/** Why a process was ended that used more than its slice has. */
export function breachWords(usedMiB: number, limitMiB: number): string {
  return `It used ${Math.round(usedMiB)} MiB, and its slice has ${Math.round(limitMiB)} MiB.`
}
