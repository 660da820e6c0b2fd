import type { ProcessFiles } from './linux/processFiles'
import type { Means, MeansName } from './means/means'
import type { FromKeeper, ToKeeper } from './messages'
import type { Rotation, RotationHost } from './rotation'
import type { Seat } from './seat'
import process from 'node:process'
import { every } from './every'
import { createGuard, guardEveryMs } from './guard'
import { openCpuClock } from './linux/cpuClock'
import { readHostMemory } from './linux/hostMemory'
import { openProcessFiles } from './linux/processFiles'
import { signal } from './means/means'
import { openMeans } from './means/openMeans'
import { createRotation, defaultSliceMs } from './rotation'

/** How often the use of every seat is told. */
const sampleEveryMs = 500

/** Everything that the keeper's thread looks after: a rotation a device, the guard over all memory, and the samples. */
export function createWatch(meansName: MeansName, post: (message: FromKeeper) => void) {
  const means: Means = openMeans(meansName, (pid, ms) => post({ type: 'turn', pid, ms }))
  const clock = openCpuClock()
  const files = new Map<number, ProcessFiles>()
  const rotations = new Map<string, Rotation>()
  const deviceOf = new Map<number, string>()
  const host: RotationHost = { means, cpu: clock && { ms: clock, isRunnable: pid => files.get(pid)?.isRunnable() ?? false } }
  const guard = createGuard({
    end: pid => signal(pid, 'SIGKILL'),
    report: (pid, breach) => post({ type: 'breach', pid, breach }),
    memory: readHostMemory,
  })
  const checkMemory = every(guardEveryMs, guard.check)
  const tellUse = every(sampleEveryMs, () => {
    for (const [pid, { rssMiB, cpuMs }] of files) {
      const sample = { rssMiB: rssMiB(), cpuMs: cpuMs() }
      if (sample.rssMiB !== null && sample.cpuMs !== null)
        post({ type: 'sample', pid, sample: { rssMiB: sample.rssMiB, cpuMs: sample.cpuMs } })
    }
  })

  function join({ pid, deviceId, terms, memory }: Seat, busy: boolean, nowMs: number): void {
    const opened = process.platform === 'linux' ? openProcessFiles(pid) : null
    if (opened) {
      files.set(pid, opened)
      guard.watch(pid, { ...memory, rssMiB: opened.rssMiB })
    }
    if (terms.policy === 'whole')
      return
    const rotation = rotations.get(deviceId) ?? createRotation(host, terms.policy, terms.timeSliceMs ?? defaultSliceMs)
    rotations.set(deviceId, rotation)
    deviceOf.set(pid, deviceId)
    rotation.join(pid, terms.share, busy, nowMs)
  }

  function leave(pid: number, nowMs: number): void {
    guard.forget(pid)
    files.get(pid)?.close()
    files.delete(pid)
    const deviceId = deviceOf.get(pid)
    const rotation = deviceId === undefined ? undefined : rotations.get(deviceId)
    deviceOf.delete(pid)
    rotation?.leave(pid, nowMs)
    if (deviceId !== undefined && rotation?.isEmpty())
      rotations.delete(deviceId)
  }

  return {
    receive(message: Exclude<ToKeeper, { type: 'close' }>, nowMs: number): void {
      switch (message.type) {
        case 'join':
          leave(message.seat.pid, nowMs)
          return join(message.seat, message.busy, nowMs)
        case 'busy':
          return rotations.get(deviceOf.get(message.pid) ?? '')?.busy(message.pid, message.busy, nowMs)
        case 'leave':
          return leave(message.pid, nowMs)
      }
    },
    /** Does what is due, and answers when it wants to be called again: Infinity where nobody is watched. */
    tick(nowMs: number): number {
      const watchesAtMs = files.size > 0 ? [checkMemory(nowMs), tellUse(nowMs)] : []
      return Math.min(Number.POSITIVE_INFINITY, ...watchesAtMs, ...[...rotations.values()].map(rotation => rotation.tick(nowMs)))
    },
    /** Lets every process go on. */
    close(): void {
      rotations.forEach(rotation => rotation.close())
      files.forEach(opened => opened.close())
    },
  }
}
