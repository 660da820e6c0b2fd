import process from 'node:process'
import { openKernel } from './kernel'
import { ownSyscalls } from './syscalls'

const setParentDeathSignal = 1
const sigkill = 9

/**
 * Has the kernel end this process the moment the one that started it ends, even while this one is stopped and can watch
 * nobody. Linux only; elsewhere, and as far as it goes, `watchParent` does it. Returns whether it holds.
 *
 * The kernel takes the thread that started this process for its parent: a lab starts its workers from its main thread.
 */
export function endWithParent(): boolean {
  const opened = openKernel()
  if (!opened.ok)
    return false
  const parent = process.ppid
  const { call, arch } = opened.kernel
  const holds = call(ownSyscalls(arch).prctl, setParentDeathSignal, sigkill) === 0
  // A parent that ended before the call sends nothing any more.
  if (process.ppid !== parent)
    process.kill(process.pid, 'SIGKILL')
  return holds
}
