import type { HostMemory } from '../../src-main/runtime/keeper/linux/hostMemory'
import type { Breach } from '../../src-main/runtime/keeper/seat'
import process from 'node:process'
import { expect, it } from 'vitest'
import { createGuard } from '../../src-main/runtime/keeper/guard'
import { openCpuClock } from '../../src-main/runtime/keeper/linux/cpuClock'
import { parseHostMemory } from '../../src-main/runtime/keeper/linux/hostMemory'
import { openProcessFiles } from '../../src-main/runtime/keeper/linux/processFiles'

function guardOver(rss: Map<number, number | null>, memory: () => HostMemory | null = () => null) {
  const ended: number[] = []
  const reports: (Breach & { readonly pid: number })[] = []
  const guard = createGuard({ end: pid => ended.push(pid), report: (pid, breach) => reports.push({ pid, ...breach }), memory })
  for (const pid of rss.keys())
    guard.watch(pid, { limitMiB: 1000, baselineMiB: 50, rssMiB: () => rss.get(pid) ?? null })
  return { guard, ended, reports }
}

it('counts only what a process uses beyond an empty worker', () => {
  const rss = new Map([[1, 1050], [2, 1051]])
  const { guard, ended, reports } = guardOver(rss)
  guard.check()
  expect(ended).toEqual([2])
  expect(reports).toEqual([{ pid: 2, usedMiB: 1001, limitMiB: 1000, why: 'It used 1001 MiB, and its slice has 1000 MiB.' }])
})

it('tells of a breach once, however long the process takes to go', () => {
  const { guard, ended } = guardOver(new Map([[1, 3000]]))
  guard.check()
  guard.check()
  expect(ended).toEqual([1])
})

it('ends the one that uses most where the host runs out, and waits for its memory before it ends another', () => {
  const rss = new Map<number, number | null>([[1, 400], [2, 900], [3, 850]])
  const { guard, ended, reports } = guardOver(rss, () => ({ availableMiB: 400, totalMiB: 10_000 }))
  guard.check()
  guard.check()
  expect(ended).toEqual([2])
  expect(reports[0]?.why).toBe('The host has 400 MiB of its 10000 MiB left, and of all workers this one used most: 850 MiB.')
  rss.set(2, null)
  guard.check()
  expect(ended).toEqual([2, 3])
})

it('ends nobody where others took the host\'s memory', () => {
  const { guard, ended } = guardOver(new Map([[1, 60]]), () => ({ availableMiB: 10, totalMiB: 10_000 }))
  guard.check()
  expect(ended).toEqual([])
})

it('reads what the kernel says of the host\'s memory', () => {
  expect(parseHostMemory('MemTotal:        8192 kB\nMemFree:   10 kB\nMemAvailable:    2048 kB\n')).toEqual({ availableMiB: 2, totalMiB: 8 })
  expect(parseHostMemory('MemTotal:        8192 kB\n')).toBeNull()
})

it.runIf(process.platform === 'linux')('measures a process as it measures itself (Linux only)', () => {
  const files = openProcessFiles(process.pid)
  const clock = openCpuClock()
  const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000
  expect(Math.abs((files?.rssMiB() ?? 0) / (process.memoryUsage.rss() / 2 ** 20) - 1)).toBeLessThan(0.1)
  const before = cpu()
  const clockMs = clock?.(process.pid)
  const fileMs = files?.cpuMs() ?? 0
  const after = cpu()
  expect(fileMs).toBeGreaterThanOrEqual(before - 25)
  expect(fileMs).toBeLessThanOrEqual(after + 5)
  // Not every libc has the clock; where it is, it agrees.
  expect(clockMs ?? before).toBeGreaterThanOrEqual(before - 5)
  expect(clockMs ?? before).toBeLessThanOrEqual(after + 5)
  files?.close()
})

it.runIf(process.platform === 'linux')('has nothing to say of a process that is not there (Linux only)', () => {
  const noProcess = 2 ** 22 + 1
  expect(openProcessFiles(noProcess)).toBeNull()
  expect(openCpuClock()?.(noProcess) ?? null).toBeNull()
})
