import type { ComputeMeans, ComputeTerms, Enforcement } from '../../contract/model'
import type { MeansName } from './means/means'
import type { FromKeeper } from './messages'
import type { Quota } from './quota/quota'
import type { Breach, Sample, Seat } from './seat'
import process from 'node:process'
import { TrancheError } from '../../contract/errors'
import { breachWords } from './guard'
import { meansOf, signal } from './means/means'
import { openMeans } from './means/openMeans'
import { noQuota, openQuota } from './quota/quota'
import { startKeeperThread } from './thread'
import { enforcementWords } from './words'

export type { Breach, Sample, Seat } from './seat'

export interface KeeperListener {
  /** A process was ended because it used more memory than its slice has, or because the host ran out. */
  readonly onBreach: (pid: number, breach: Breach) => void
  /** What a process uses, twice a second, also while a model holds it. Not on every system. */
  readonly onSample: (pid: number, sample: Sample) => void
  /** With `batch-ends` only: a worker may compute for so many ms (Infinity: until told), or, with 0, waits before its next input. */
  readonly onTurn?: (pid: number, ms: number) => void
}

export interface KeeperOptions {
  /** Path of the built `entry.ts`. */
  readonly entry: string
  /** Cores of the host. */
  readonly cores: number
  readonly listener: KeeperListener
  /** Forces a means: the environment's `TRANCHE_COMPUTE` otherwise, and what the host allows if neither is there. */
  readonly means?: ComputeMeans
}

export interface Keeper {
  /** Takes a process in, once it is ready. It counts as idle until `busy` says otherwise. */
  readonly join: (seat: Seat) => void
  /** Whether a process has a job or loads a model. One that has neither is never stopped. */
  readonly busy: (pid: number, isBusy: boolean) => void
  /** Lets a process go. To be called as soon as its end is known, because its number may be given away again. A breach that ended it has been told when this returns. */
  readonly leave: (pid: number) => void
  /** What a process says that it uses. Counts only where it cannot be measured from outside. */
  readonly reported: (pid: number, rssMiB: number) => void
  /** What would keep a worker within these terms and this memory; with `pid`, what keeps that process, which has joined. */
  readonly enforcementOf: (terms: ComputeTerms, limitMiB: number, pid?: number) => Enforcement
  /** Lets every process go on and takes all limits away. */
  readonly close: () => Promise<void>
}

export type CreateKeeper = (listener: KeeperListener) => Keeper

/** The means that can be asked for by name. */
const forcible: readonly ComputeMeans[] = ['turns', 'quota', 'batch-ends']

/**
 * Keeps worker processes within what their slices promise: gives them their turns of the compute, and ends those that use
 * more memory than they have. Nothing stays stopped when it is closed, when a seat leaves, or when its thread dies.
 */
export function createKeeper({ entry, cores, listener, means = forcedMeans() }: KeeperOptions): Keeper & {
  /** Ends the thread as a fault would. */
  readonly killThread: () => Promise<void>
} {
  const seats = new Map<number, { readonly seat: Seat, readonly limited: boolean, busy: boolean }>()
  const quota: Quota = means === 'turns' || means === 'batch-ends' ? noQuota('it was switched off') : openQuota()
  const name: MeansName = means === 'batch-ends' ? 'asking' : usableMeans()
  const watches = process.platform === 'linux'
  const preemptive: ComputeMeans = name === 'asking' ? 'batch-ends' : 'turns'

  const thread = startKeeperThread(entry, name, {
    onMessage: receive,
    onDeath: goAll,
    rejoin: () => [...seats.values()].map(({ seat, limited, busy }) => ({ type: 'join', seat: limited ? unlimitedBy(seat) : seat, busy })),
  })
  // The thread ends with this process, and whoever is stopped then would stay so.
  const onExit = () => {
    thread.closeNow()
    goAll()
    quota.close()
  }
  process.on('exit', onExit)

  function receive(message: FromKeeper): void {
    if (!seats.has(message.pid))
      return
    if (message.type === 'breach')
      listener.onBreach(message.pid, message.breach)
    else if (message.type === 'sample')
      listener.onSample(message.pid, message.sample)
    else
      listener.onTurn?.(message.pid, message.ms)
  }

  function goAll(): void {
    const { go } = openMeans(name, (pid, ms) => listener.onTurn?.(pid, ms))
    for (const { seat } of seats.values())
      go(seat.pid, Number.POSITIVE_INFINITY)
  }

  /** How the terms of a slice are kept on this host. */
  function computeMeansOf(terms: ComputeTerms): ComputeMeans {
    if (terms.policy === 'whole')
      return 'none'
    const takesQuota = terms.spatial || (means === 'quota' && terms.policy === 'fixed-share')
    return takesQuota && quota.why === null ? 'quota' : preemptive
  }

  return {
    join(seat) {
      const limited = computeMeansOf(seat.terms) === 'quota' && quota.limit(seat.pid, seat.terms.share * cores)
      seats.set(seat.pid, { seat, limited, busy: false })
      thread.post({ type: 'join', seat: limited ? unlimitedBy(seat) : seat, busy: false })
    },
    busy(pid, isBusy) {
      const present = seats.get(pid)
      if (!present || present.busy === isBusy)
        return
      present.busy = isBusy
      thread.post({ type: 'busy', pid, busy: isBusy })
    },
    leave(pid) {
      // Why it ended is heard before it is forgotten: its end may be noticed before the breach is.
      thread.deliver()
      if (!seats.delete(pid))
        return
      thread.post({ type: 'leave', pid })
      quota.lift(pid)
    },
    reported(pid, rssMiB) {
      const memory = seats.get(pid)?.seat.memory
      const usedMiB = memory ? rssMiB - memory.baselineMiB : 0
      if (watches || !memory || usedMiB <= memory.limitMiB)
        return
      signal(pid, 'SIGKILL')
      listener.onBreach(pid, { usedMiB, limitMiB: memory.limitMiB, why: breachWords(usedMiB, memory.limitMiB) })
    },
    enforcementOf(terms, limitMiB, pid) {
      const planned = computeMeansOf(terms)
      const refused = planned === 'quota' && pid !== undefined && seats.get(pid)?.limited === false
      const compute = refused ? preemptive : planned
      const noQuotaBecause = terms.spatial && compute !== 'quota' ? quota.why ?? 'the system refused it for this process' : null
      return enforcementWords(terms, limitMiB, { compute, noQuotaBecause, cores, memory: watches ? 'watched' : 'reported' })
    },
    async close() {
      await thread.close()
      process.off('exit', onExit)
      goAll()
      seats.clear()
      quota.close()
    },
    killThread: thread.kill,
  }
}

/** A seat whose share the kernel keeps: only its memory is left to the thread. */
function unlimitedBy(seat: Seat): Seat {
  return { ...seat, terms: { ...seat.terms, policy: 'whole' } }
}

function usableMeans(): MeansName {
  const name = meansOf(process.platform)
  try {
    openMeans(name, () => undefined)
    return name
  }
  catch {
    return 'asking'
  }
}

function forcedMeans(): ComputeMeans | undefined {
  const asked = process.env.TRANCHE_COMPUTE
  const means = forcible.find(name => name === asked)
  if (asked && !means)
    throw new TrancheError('invalid_input', `TRANCHE_COMPUTE is ${asked}: it can be ${forcible.join(', ')}, or absent for what the host allows.`)
  return means
}
