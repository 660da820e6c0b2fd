import type { CgroupFiles, QuotaParent } from './parents'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { findQuotaParent, systemFiles } from './parents'

/** The kernel hands out each group's time once a period. A short one keeps bursts short. */
const periodUs = 20_000

/** The least that the kernel takes. */
const leastQuotaUs = 1000

export interface Quota {
  /** Why there is none, in words; null if there is. */
  readonly why: string | null
  /** Limits a process, and what it starts, to a number of cores' time. False if that does not work for it. */
  readonly limit: (pid: number, cores: number) => boolean
  /** Takes the limit away, whether the process is still there or not. */
  readonly lift: (pid: number) => void
  /** Takes all limits and groups away. */
  readonly close: () => void
}

/**
 * Limits by the kernel's own means (control groups, cpu.cfs_quota_us or cpu.max), with weights that keep the ratio of the
 * shares where other programs leave less than the limits. Groups lie under `tranche-PID` of the
 * lab's process; those of labs that are gone are swept away first.
 */
export function openQuota(files: CgroupFiles = systemFiles): Quota {
  const parent = findQuotaParent(files)
  if ('why' in parent)
    return noQuota(parent.why)
  const home = join(parent.folder, `tranche-${process.pid}`)
  try {
    sweep(parent)
    makeGroup(home)
    if (parent.version === 2)
      writeFileSync(join(home, 'cgroup.subtree_control'), '+cpu')
    writeWeight(home, parent.version, availableParallelism())
  }
  catch {
    removeGroup(home, parent)
    return noQuota('this system refuses new control groups')
  }
  const groups = new Map<number, string>()
  /** Groups of processes that had not quite gone when their limit was lifted. */
  const leftOver = new Set<string>()

  function clear(): void {
    for (const group of leftOver) {
      if (removeGroup(group, parent as QuotaParent))
        leftOver.delete(group)
    }
  }

  function lift(pid: number): void {
    const group = groups.get(pid)
    groups.delete(pid)
    if (group !== undefined)
      leftOver.add(group)
    clear()
  }

  return {
    why: null,
    limit(pid, cores) {
      lift(pid)
      const group = join(home, `worker-${pid}`)
      try {
        makeGroup(group)
        writeLimit(group, parent.version, cores)
        writeFileSync(join(group, 'cgroup.procs'), String(pid))
        groups.set(pid, group)
        return true
      }
      catch {
        removeGroup(group, parent)
        return false
      }
    },
    lift,
    close() {
      for (const pid of [...groups.keys()])
        lift(pid)
      removeGroup(home, parent)
    },
  }
}

/** Where the host has no such limits. */
export function noQuota(why: string): Quota {
  return { why, limit: () => false, lift: () => undefined, close: () => undefined }
}

/** How much a group counts against others where the host has more to do than it has cores: as much as so many processes. */
function writeWeight(group: string, version: 1 | 2, cores: number): void {
  if (version === 2)
    writeFileSync(join(group, 'cpu.weight'), String(Math.min(10_000, Math.max(1, Math.round(100 * cores)))))
  else
    writeFileSync(join(group, 'cpu.shares'), String(Math.max(2, Math.round(1024 * cores))))
}

function writeLimit(group: string, version: 1 | 2, cores: number): void {
  writeWeight(group, version, cores)
  const quotaUs = Math.max(leastQuotaUs, Math.round(cores * periodUs))
  if (version === 2)
    return writeFileSync(join(group, 'cpu.max'), `${quotaUs} ${periodUs}`)
  writeFileSync(join(group, 'cpu.cfs_period_us'), String(periodUs))
  writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quotaUs))
}

function makeGroup(folder: string): void {
  mkdirSync(folder, { recursive: true })
}

/** Removes the groups of labs whose process is gone. */
function sweep(parent: QuotaParent): void {
  for (const name of readdirSync(parent.folder)) {
    const pid = /^tranche-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) {
      const home = join(parent.folder, name)
      readdirSync(home, { withFileTypes: true }).filter(entry => entry.isDirectory()).forEach(entry => removeGroup(join(home, entry.name), parent))
      removeGroup(home, parent)
    }
  }
}

/** Moves the processes of a group out of it and removes it. False if one is still about to end in it. */
function removeGroup(group: string, parent: QuotaParent): boolean {
  try {
    for (const pid of readFileSync(join(group, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean))
      move(pid, parent)
  }
  catch {}
  try {
    rmdirSync(group)
    return true
  }
  catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
  }
}

function move(pid: string, parent: QuotaParent): void {
  try {
    writeFileSync(join(parent.own, 'cgroup.procs'), pid)
  }
  catch {
    // It has ended meanwhile.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  }
  catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}
