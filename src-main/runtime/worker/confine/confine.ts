import type { Isolation } from '../../../contract/model'
import type { Wall } from '../../isolation'
import type { Kernel } from './kernel'
import { Buffer } from 'node:buffer'
import { closeSync } from 'node:fs'
import process from 'node:process'
import { describeIsolation, noWall, wall } from '../../isolation'
import { restrictEveryThread } from './everyThread'
import { openKernel } from './kernel'
import { confinesAllThreads, landlockVersion, openRuleset, restrictAllThreads } from './landlock'
import { runtimeFiles } from './runtimeFiles'
import { syscallFilter } from './syscallFilter'
import { ownSyscalls } from './syscalls'

export interface ConfineRules {
  /** Absolute paths of files and folders that may be read. What does not exist yet cannot be read later either. */
  readonly read: readonly string[]
  /** Absolute paths of folders, which exist, whose files may be made, read, changed and removed. */
  readonly write: readonly string[]
  /**
   * Whether sockets of this host may be opened, which NVIDIA's MPS needs; from Linux 7.1 on only those in folders of `write`.
   * The network stays out of reach.
   */
  readonly localSockets?: boolean
}

const prctl = { getParentDeathSignal: 2, setNoNewPrivileges: 38 } as const
const seccomp = { setFilter: 1, allThreads: 1 } as const

/**
 * Takes from this process, for good, what its job does not need: files other than the rules' and the runtime's own, the
 * network, other programs and other processes. To be called once, on the main thread, before anything of the job is
 * loaded. Every thread is confined, those that exist and those to come.
 *
 * What stays open of other files is that they exist, their size and their times. Never throws: where the host offers no
 * such means the process goes on unconfined, and the answer says so.
 */
export function confine(rules: ConfineRules): Isolation {
  const opened = openKernel()
  if (!opened.ok)
    return describeIsolation({ files: noWall(opened.why), calls: noWall(opened.why), endsWithLab: false })
  const { kernel } = opened
  kernel.call(ownSyscalls(kernel.arch).prctl, prctl.setNoNewPrivileges, 1, 0, 0, 0)
  // First, as it takes the way to new privileges from all threads, without which the kernel lets none confine itself.
  const calls = attempt(() => filterCalls(kernel, rules.localSockets ?? false))
  const files = attempt(() => restrictFiles(kernel, rules))
  return describeIsolation({ files, calls, endsWithLab: endsWithParent(kernel) })
}

function attempt(build: () => Wall): Wall {
  try {
    return build()
  }
  catch (thrown) {
    return noWall(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

function filterCalls(kernel: Kernel, localSockets: boolean): Wall {
  const filter = syscallFilter({ arch: kernel.arch, pid: process.pid, localSockets })
  // struct sock_fprog
  const program = Buffer.alloc(16)
  program.writeUInt16LE(filter.length / 8, 0)
  program.writeBigUInt64LE(kernel.addressOf(filter), 8)
  const result = kernel.call(ownSyscalls(kernel.arch).seccomp, seccomp.setFilter, seccomp.allThreads, kernel.addressOf(program))
  return result === 0 ? wall : noWall(`the kernel refused the filter of system calls (${result < 0 ? `error ${-result}` : `by thread ${result}`})`)
}

function restrictFiles(kernel: Kernel, rules: ConfineRules): Wall {
  const version = landlockVersion(kernel)
  if (version <= 0)
    return noWall(`the kernel offers no Landlock (error ${-version})`)
  const runtime = runtimeFiles(import.meta.dirname)
  const ruleset = openRuleset(kernel, version, {
    read: [...runtime.read, ...rules.read],
    write: [...runtime.write, ...rules.write],
    device: runtime.device,
  })
  if (ruleset < 0)
    return noWall(`the kernel refused the Landlock rules (error ${-ruleset})`)
  try {
    const all = confinesAllThreads(version)
    const result = kernel.call(ownSyscalls(kernel.arch).landlock_restrict_self, ruleset, all ? restrictAllThreads : 0)
    if (result < 0)
      return noWall(`the kernel refused to enforce the Landlock rules (error ${-result})`)
    return all || restrictEveryThread(kernel, ruleset) ? wall : noWall('not every thread of the worker took the Landlock rules')
  }
  finally {
    closeSync(ruleset)
  }
}

function endsWithParent(kernel: Kernel): boolean {
  const signal = new Int32Array(1)
  const result = kernel.call(ownSyscalls(kernel.arch).prctl, prctl.getParentDeathSignal, kernel.addressOf(new Uint8Array(signal.buffer)))
  return result === 0 && signal[0] !== 0
}
