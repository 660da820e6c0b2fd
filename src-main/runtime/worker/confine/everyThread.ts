import type { Kernel } from './kernel'
import { Buffer } from 'node:buffer'
import { existsSync, readdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { ownSyscalls } from './syscalls'
import { threadCode } from './threadCode'

/**
 * The signal that C libraries keep for such calls on all threads (`setuid` needs them too): no thread blocks it, as their
 * own functions leave it out of every mask.
 */
const signal = 33
const threadDeadlineMs = 2000
const pageSize = 4096
const map = { read: 1, write: 2, execute: 4, privateAnonymous: 0x22 } as const
const restartCalls = 0x1000_0000
const hasRestorer = 0x0400_0000
/** Bytes of the kernel's signal mask. */
const maskSize = 8

/** Threads confined, and threads refused. It outlives every thread that may still count itself there. */
const counters = new Int32Array(2)

/**
 * Puts the Landlock rules on every other thread of this process, for kernels whose own call confines none but the calling
 * one, which is the main thread. Node has the threads of its pool from before a worker's first line on, and they do its
 * file work. Each thread is interrupted by a signal and confines itself; threads that come later inherit it. Returns
 * false if one did not.
 */
export function restrictEveryThread(kernel: Kernel, ruleset: number): boolean {
  const numbers = ownSyscalls(kernel.arch)
  const { bytes, restorer } = threadCode(kernel.arch, ruleset, kernel.addressOf(new Uint8Array(counters.buffer)))
  // Never given back: a thread may have counted itself and not yet returned from it.
  const page = kernel.call(numbers.mmap, 0, pageSize, map.read | map.write, map.privateAnonymous, -1, 0)
  if (page < 0)
    return false
  kernel.copy(BigInt(page), bytes)
  const action = signalAction(page, restorer === null ? null : page + restorer)
  const before = Buffer.alloc(action.length)
  const isReady = kernel.call(numbers.mprotect, page, pageSize, map.read | map.execute) === 0
    && kernel.call(numbers.rt_sigaction, signal, kernel.addressOf(action), kernel.addressOf(before), maskSize) === 0
  if (!isReady || !signalAll(kernel))
    return false
  kernel.call(numbers.rt_sigaction, signal, kernel.addressOf(before), 0, maskSize)
  return true
}

/** One after the other, until a look at the list finds no thread that was not asked: an unconfined one may have started others. */
function signalAll(kernel: Kernel): boolean {
  const asked = new Set([String(process.pid)])
  for (;;) {
    const others = readdirSync('/proc/self/task').filter(thread => !asked.has(thread))
    if (others.length === 0)
      return true
    for (const thread of others) {
      asked.add(thread)
      if (!restrictThread(kernel, thread))
        return false
    }
  }
}

function restrictThread(kernel: Kernel, thread: string): boolean {
  const numbers = ownSyscalls(kernel.arch)
  const done = Atomics.load(counters, 0)
  const failed = Atomics.load(counters, 1)
  const isGone = () => !existsSync(`/proc/self/task/${thread}`)
  if (kernel.call(numbers.tgkill, process.pid, Number(thread), signal) < 0)
    return isGone()
  const deadline = performance.now() + threadDeadlineMs
  while (Atomics.load(counters, 0) === done) {
    if (Atomics.load(counters, 1) !== failed || performance.now() > deadline)
      return false
    if (isGone())
      return true
    kernel.call(numbers.sched_yield)
  }
  return true
}

/** The kernel's `struct sigaction`. */
function signalAction(handler: number, restorer: number | null): Buffer {
  const action = Buffer.alloc(32)
  action.writeBigUInt64LE(BigInt(handler), 0)
  action.writeBigUInt64LE(BigInt(restartCalls | (restorer === null ? 0 : hasRestorer)), 8)
  action.writeBigUInt64LE(BigInt(restorer ?? 0), 16)
  return action
}
