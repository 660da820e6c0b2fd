import { createRequire } from 'node:module'
import process from 'node:process'

/** Linux's system calls, which Node offers no other way to. */
export interface Kernel {
  readonly arch: KernelArch
  /** Makes the call and answers its result, or minus the error's number. Addresses come from `addressOf`. */
  readonly call: (number: number, ...args: readonly (number | bigint)[]) => number
  /** Where the bytes lie. They stay there for as long as the caller holds them. */
  readonly addressOf: (bytes: Uint8Array) => bigint
  /** Copies bytes to memory outside of JavaScript's. */
  readonly copy: (to: bigint, bytes: Uint8Array) => void
}

/** Processors whose system call numbers are known here. */
export type KernelArch = 'x64' | 'arm64'

export type OpenedKernel = { readonly ok: true, readonly kernel: Kernel } | { readonly ok: false, readonly why: string }

/** Error numbers of Linux, the same on both processors. */
export const errorNumbers = { EPERM: 1, ENOSYS: 38 } as const

/** Never throws: where there is no way to the kernel it says why, as the second half of a sentence. */
export function openKernel(): OpenedKernel {
  if (process.platform !== 'linux')
    return { ok: false, why: `this is ${process.platform}, not Linux` }
  const { arch } = process
  if (arch !== 'x64' && arch !== 'arm64')
    return { ok: false, why: `the system calls of ${arch} are not known to Tranche` }
  try {
    return { ok: true, kernel: linuxKernel(arch) }
  }
  catch (thrown) {
    return { ok: false, why: `the C library could not be called (${thrown instanceof Error ? thrown.message : String(thrown)})` }
  }
}

function linuxKernel(arch: KernelArch): Kernel {
  // Asked for only here: where the library is missing, a worker still runs.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
  const library = koffi.load(null)
  const syscall = library.func('long syscall(long number, long a, long b, long c, long d, long e, long f)')
  const memcpy = library.func('void *memcpy(void *to, void *from, size_t size)')
  return {
    arch,
    call(number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0) {
      const result = Number(syscall(number, a, b, c, d, e, f))
      return result === -1 ? -koffi.errno() : result
    },
    addressOf: bytes => koffi.address(bytes),
    copy: (to, bytes) => void memcpy(to, bytes, bytes.length),
  }
}
