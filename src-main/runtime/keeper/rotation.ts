import type { ComputeTerms } from '../../contract/model'
import type { CpuClock } from './linux/cpuClock'
import type { Means } from './means/means'
import { createTurns } from './turns'

/** A turn of a slice that asks for none in particular: a stop and a continue cost 0.1 to 0.3 ms, which this makes a hundredth. */
export const defaultSliceMs = 10

/** After this much of its turn it is seen whether a seat computes at all. */
const probeAfterMs = 2

/** Whoever used less of the time than this waits for something: a message, a file. */
const workingShare = 0.1

/** A resting process that used this much since it was last looked at works again; its own timers use less. */
const wakeMs = 0.3

/** How often a resting process is looked at while nothing else happens. */
const lookEveryMs = 20

interface Member {
  readonly pid: number
  /** Has a job or loads a model, as its owner says. */
  claimsWork: boolean
  /** Has a job but waits for something: takes no turns, and is not stopped, so that it can receive what it waits for. */
  resting: boolean
  stopped: boolean
  /** Its processor time when it was last looked at. */
  cpuMs: number
}

export interface RotationHost {
  readonly means: Means
  /** Processor time of a process, and whether it wants a core; null where the system does not tell: then every turn is taken whole. */
  readonly cpu: { readonly ms: CpuClock, readonly isRunnable: (pid: number) => boolean } | null
}

export type Rotation = ReturnType<typeof createRotation>

/** The seats of one device: has those run whose turn it is, and stops the others. */
export function createRotation({ means, cpu }: RotationHost, policy: Exclude<ComputeTerms['policy'], 'whole'>, sliceMs: number) {
  const turns = createTurns(policy, sliceMs)
  const members = new Map<number, Member>()
  const seesRest = policy === 'best-effort' && cpu !== null
  let probe: { readonly pid: number, readonly atMs: number, readonly sinceMs: number } | null = null
  let lookedAtMs = 0
  let turnEndsAtMs = Number.POSITIVE_INFINITY

  function release(member: Member): void {
    if (member.stopped)
      means.go(member.pid, Number.POSITIVE_INFINITY)
    member.stopped = false
  }

  /** Lets the holder rest if it did nothing with the beginning of its turn. */
  function probeHolder(nowMs: number): void {
    const member = probe && members.get(probe.pid)
    if (!cpu || !probe || !member || nowMs < probe.atMs)
      return
    const cpuMs = cpu.ms(member.pid)
    const isIdle = cpuMs !== null && cpuMs - member.cpuMs < workingShare * (nowMs - probe.sinceMs) && !cpu.isRunnable(member.pid)
    probe = null
    if (!isIdle)
      return
    member.resting = true
    member.cpuMs = cpuMs
    turns.busy(member.pid, false, nowMs)
  }

  /** Resting seats that work again, with the time that they had meanwhile. */
  function wakeResting(nowMs: number): [pid: number, usedMs: number][] {
    const woken: [number, number][] = []
    for (const member of members.values()) {
      if (!member.resting || !cpu)
        continue
      const cpuMs = cpu.ms(member.pid) ?? member.cpuMs
      const usedMs = Math.min(cpuMs - member.cpuMs, nowMs - lookedAtMs)
      member.cpuMs = cpuMs
      if (usedMs <= wakeMs)
        continue
      member.resting = false
      turns.busy(member.pid, true, nowMs)
      woken.push([member.pid, usedMs])
    }
    lookedAtMs = nowMs
    return woken
  }

  /** Continues before it stops, so that no time is lost between. Answers those whose process is gone. */
  function apply(mayRun: (member: Member) => boolean, ms: number): Member[] {
    const [may, mayNot]: [Member[], Member[]] = [[], []]
    for (const member of members.values())
      (mayRun(member) ? may : mayNot).push(member)
    const changing = [...may.filter(({ stopped }) => stopped), ...mayNot.filter(({ stopped }) => !stopped)]
    return changing.filter((member) => {
      member.stopped = !member.stopped
      return !(member.stopped ? means.stop(member.pid) : means.go(member.pid, ms))
    })
  }

  function startProbe(member: Member, nowMs: number): void {
    const cpuMs = cpu?.ms(member.pid) ?? null
    if (cpuMs === null)
      return
    member.cpuMs = cpuMs
    probe = { pid: member.pid, atMs: nowMs + Math.min(probeAfterMs, sliceMs / 2), sinceMs: nowMs }
  }

  function leave(pid: number, nowMs: number): void {
    members.delete(pid)
    turns.leave(pid, nowMs)
  }

  return {
    join(pid: number, share: number, isBusy: boolean, nowMs: number): void {
      members.set(pid, { pid, claimsWork: isBusy, resting: false, stopped: false, cpuMs: 0 })
      turns.join({ pid, share, busy: isBusy }, nowMs)
    },
    /** Takes a seat out; its process goes on if it is there. */
    leave(pid: number, nowMs: number): void {
      const member = members.get(pid)
      if (member)
        release(member)
      leave(pid, nowMs)
    },
    busy(pid: number, isBusy: boolean, nowMs: number): void {
      const member = members.get(pid)
      if (!member || member.claimsWork === isBusy)
        return
      member.claimsWork = isBusy
      member.resting = false
      turns.busy(pid, isBusy, nowMs)
    },
    isEmpty: (): boolean => members.size === 0,
    /** Does what is due now, and answers when it wants to be called again; Infinity if only after a change. */
    tick(nowMs: number): number {
      const woken = seesRest ? wakeResting(nowMs) : []
      probeHolder(nowMs)
      const turn = turns.at(nowMs)
      woken.forEach(([pid, usedMs]) => turns.charge(pid, usedMs))
      const endsAtMs = turn?.endsAtMs ?? Number.POSITIVE_INFINITY
      const isTimed = Number.isFinite(endsAtMs)
      const gone = apply(({ pid, claimsWork, resting }) => !isTimed || pid === turn?.holder || !claimsWork || resting, endsAtMs - nowMs)
      gone.forEach(({ pid }) => leave(pid, nowMs))
      if (endsAtMs !== turnEndsAtMs) {
        probe = null
        const holder = isTimed ? members.get(turn?.holder ?? -1) : undefined
        if (seesRest && holder)
          startProbe(holder, nowMs)
      }
      turnEndsAtMs = endsAtMs
      const looksAtMs = [...members.values()].some(({ resting }) => resting) ? nowMs + lookEveryMs : Number.POSITIVE_INFINITY
      return gone.length > 0 ? nowMs : Math.min(endsAtMs, probe?.atMs ?? Number.POSITIVE_INFINITY, looksAtMs)
    },
    /** Lets everything go on. */
    close(): void {
      for (const member of members.values())
        release(member)
      members.clear()
    },
  }
}
