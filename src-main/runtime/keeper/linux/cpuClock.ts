import process from 'node:process'
import { loadKoffi } from '../native'

/** Processor time of a process over all its threads, in ms and to the nanosecond; null if it is gone. */
export type CpuClock = (pid: number) => number | null

/** The clock that the kernel keeps for each process (clock_getcpuclockid(3)); null where it cannot be reached. */
export function openCpuClock(): CpuClock | null {
  if (process.platform !== 'linux')
    return null
  try {
    const libc = loadKoffi().load('libc.so.6')
    const clockOf = libc.func('int clock_getcpuclockid(int pid, _Out_ int *clock)')
    const timeOf = libc.func('int clock_gettime(int clock, _Out_ int64_t *time)')
    const clock = new Int32Array(1)
    const time = new BigInt64Array(2)
    return pid => clockOf(pid, clock) === 0 && timeOf(clock[0], time) === 0 ? Number(time[0]) * 1000 + Number(time[1]) / 1e6 : null
  }
  catch {
    return null
  }
}
