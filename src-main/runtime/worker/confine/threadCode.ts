import type { KernelArch } from './kernel'
import { Buffer } from 'node:buffer'
import { ownSyscalls } from './syscalls'

export interface ThreadCode {
  /** What a thread runs on the signal: confines itself, then counts itself at `counters[0]`, or at `counters[1]` if refused. */
  readonly bytes: Uint8Array
  /** Offset of what returns from the signal; null where the kernel brings that itself. */
  readonly restorer: number | null
}

/**
 * Machine code that stands in for a signal handler in C: JavaScript cannot run on the threads that it is for.
 *
 * @param arch whose instructions
 * @param ruleset file descriptor of the Landlock rules, below 65536
 * @param counters address of two 32-bit numbers
 */
export function threadCode(arch: KernelArch, ruleset: number, counters: bigint): ThreadCode {
  return arch === 'x64' ? x64Code(ruleset, counters) : arm64Code(ruleset, counters)
}

function x64Code(ruleset: number, counters: bigint): ThreadCode {
  const number = ownSyscalls('x64').landlock_restrict_self
  const count = (address: bigint) => [0x48, 0xB9, ...little(address, 8), 0xF0, 0xFF, 0x01, 0xC3] // mov rcx, address; lock inc dword [rcx]; ret
  const handler = [
    ...[0xB8, ...little(number, 4)], // mov eax, number
    ...[0xBF, ...little(ruleset, 4)], // mov edi, ruleset
    ...[0x31, 0xF6], // xor esi, esi
    ...[0x0F, 0x05], // syscall
    ...[0x85, 0xC0], // test eax, eax
    ...[0x75, count(counters).length], // jnz past the next count
    ...count(counters),
    ...count(counters + 4n),
  ]
  const sigreturn = [0xB8, ...little(15, 4), 0x0F, 0x05] // mov eax, rt_sigreturn; syscall
  return { bytes: Uint8Array.from([...handler, ...sigreturn]), restorer: handler.length }
}

function arm64Code(ruleset: number, counters: bigint): ThreadCode {
  const words = [
    0xD280_0008 | ownSyscalls('arm64').landlock_restrict_self << 5, // movz x8, number
    0xD280_0000 | ruleset << 5, // movz x0, ruleset
    0xD280_0001, // movz x1, 0
    0xD400_0001, // svc 0
    0x5800_0101, // ldr x1, the address 8 words on
    0x3400_0040, // cbz w0, 2 words on
    0x9100_1021, // add x1, x1, 4
    0x885F_7C22, // ldxr w2, [x1]
    0x1100_0442, // add w2, w2, 1
    0x8803_7C22, // stxr w3, w2, [x1]
    0x35FF_FFA3, // cbnz w3, 3 words back
    0xD65F_03C0, // ret
  ]
  return { bytes: Uint8Array.from([...words.flatMap(word => little(word >>> 0, 4)), ...little(counters, 8)]), restorer: null }
}

function little(value: number | bigint, size: 4 | 8): number[] {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return [...bytes.subarray(0, size)]
}
