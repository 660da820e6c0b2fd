import type { KernelArch } from './kernel'
import { errorNumbers } from './kernel'
import { judgedSyscalls, refusedSyscalls } from './syscalls'

/** Instructions of classic BPF that seccomp knows (linux/bpf_common.h). */
const codes = { load: 0x20, jumpIfEqual: 0x15, jumpIfAtLeast: 0x35, jumpIfAnyBit: 0x45, and: 0x54, answer: 0x06 } as const

/** Offsets in `struct seccomp_data`; of each 64-bit argument the low half, which both processors have first. */
const offsets = { number: 0, arch: 4, argument: (index: number) => 16 + 8 * index } as const

/** `AUDIT_ARCH_*` of linux/audit.h. */
const auditArch: Readonly<Record<KernelArch, number>> = { x64: 0xC000_003E, arm64: 0xC000_00B7 }

const allow = 0x7FFF_0000
const fail = (error: number) => 0x0005_0000 | error
const refuse = fail(errorNumbers.EPERM)

/** x64 has a second set of numbers for the same calls from this bit on. */
const x32Bit = 0x4000_0000
const unixFamily = 1
const datagram = 2
const socketTypeMask = 0xF
const threadFlag = 0x1_0000

interface Instruction {
  readonly code: number
  readonly whenTrue?: number
  readonly whenFalse?: number
  readonly value: number
}

export interface FilterTerms {
  readonly arch: KernelArch
  /** The only process that may be signalled or have its priority changed. */
  readonly pid: number
  /** Whether sockets of this host (no network) may be opened. */
  readonly localSockets: boolean
}

/**
 * A seccomp filter that lets a worker compute, make threads and use the files that it has, and refuses with EPERM what
 * reaches other programs, other processes, the network or the host. As it is refused and not fatal, a library that only
 * tries its luck goes on.
 *
 * Returns the bytes of `struct sock_filter[]`, 8 an instruction.
 */
export function syscallFilter({ arch, pid, localSockets }: FilterTerms): Uint8Array {
  const numbers = judgedSyscalls(arch)
  const argumentIsOneOf = (number: number, index: number, ...values: readonly number[]) => onCall(number, [
    load(offsets.argument(index)),
    ...values.map((value, place) => jump(codes.jumpIfEqual, value, values.length - place, 0)),
    answer(refuse),
    answer(allow),
  ])
  return encode([
    load(offsets.arch),
    jump(codes.jumpIfEqual, auditArch[arch], 1, 0),
    answer(refuse),
    load(offsets.number),
    ...(arch === 'x64' ? [jump(codes.jumpIfAtLeast, x32Bit, 0, 1), answer(refuse)] : []),
    ...refusedSyscalls(arch).flatMap(number => onCall(number, [answer(refuse)])),
    ...(localSockets ? argumentIsOneOf(numbers.socket, 0, unixFamily) : onCall(numbers.socket, [answer(refuse)])),
    ...(localSockets ? [] : onCall(numbers.connect, [answer(refuse)])),
    // A pair of datagram sockets can be made to send to any address.
    ...onCall(numbers.socketpair, [
      load(offsets.argument(1)),
      { code: codes.and, value: socketTypeMask },
      jump(codes.jumpIfEqual, datagram, 0, 1),
      answer(refuse),
      answer(allow),
    ]),
    ...onCall(numbers.clone, [load(offsets.argument(0)), jump(codes.jumpIfAnyBit, threadFlag, 1, 0), answer(refuse), answer(allow)]),
    // Its flags lie in memory, where no filter can look. C libraries take this answer as a hint to use `clone`.
    ...onCall(numbers.clone3, [answer(fail(errorNumbers.ENOSYS))]),
    ...[numbers.kill, numbers.tgkill, numbers.rt_sigqueueinfo, numbers.rt_tgsigqueueinfo].flatMap(number => argumentIsOneOf(number, 0, pid)),
    ...[numbers.prlimit64, numbers.sched_setparam, numbers.sched_setscheduler, numbers.sched_setattr, numbers.sched_setaffinity]
      .flatMap(number => argumentIsOneOf(number, 0, 0, pid)),
    ...[numbers.setpriority, numbers.ioprio_set].flatMap(number => argumentIsOneOf(number, 1, 0, pid)),
    answer(allow),
  ])
}

/** Instructions for one call. They end with an answer, as the call's number is not in the accumulator after them. */
function onCall(number: number, instructions: readonly Instruction[]): Instruction[] {
  return [jump(codes.jumpIfEqual, number, 0, instructions.length), ...instructions]
}

function load(offset: number): Instruction {
  return { code: codes.load, value: offset }
}

function jump(code: number, value: number, whenTrue: number, whenFalse: number): Instruction {
  return { code, value, whenTrue, whenFalse }
}

function answer(value: number): Instruction {
  return { code: codes.answer, value }
}

function encode(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, { code, whenTrue = 0, whenFalse = 0, value }] of instructions.entries()) {
    view.setUint16(index * 8, code, true)
    view.setUint8(index * 8 + 2, whenTrue)
    view.setUint8(index * 8 + 3, whenFalse)
    view.setUint32(index * 8 + 4, value, true)
  }
  return bytes
}
