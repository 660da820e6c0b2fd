import type { Means } from './means'
import { loadKoffi } from '../native'

/** PROCESS_SUSPEND_RESUME of winnt.h. */
const suspendResume = 0x0800

/**
 * Windows: suspends and resumes all threads of a process, by `NtSuspendProcess` and `NtResumeProcess` of ntdll. Suspensions
 * count, so each process is suspended once at most. Written from the documented signatures and not yet run on Windows.
 *
 * Throws where the libraries do not have the functions.
 */
export function openSuspending(): Means {
  const koffi = loadKoffi()
  const kernel = koffi.load('kernel32.dll')
  const nt = koffi.load('ntdll.dll')
  const open = kernel.func('__stdcall', 'OpenProcess', 'void *', ['uint32', 'int', 'uint32'])
  const close = kernel.func('__stdcall', 'CloseHandle', 'int', ['void *'])
  const suspend = nt.func('__stdcall', 'NtSuspendProcess', 'int32', ['void *'])
  const resume = nt.func('__stdcall', 'NtResumeProcess', 'int32', ['void *'])
  const suspended = new Set<number>()

  function withProcess(pid: number, act: (handle: unknown) => number): boolean {
    const handle: unknown = open(suspendResume, 0, pid)
    if (handle === null)
      return false
    try {
      return act(handle) >= 0
    }
    finally {
      close(handle)
    }
  }

  return {
    stop(pid) {
      if (suspended.has(pid))
        return true
      const done = withProcess(pid, suspend)
      if (done)
        suspended.add(pid)
      return done
    },
    // Also for one that this thread did not suspend: the thread before it may have.
    go(pid) {
      suspended.delete(pid)
      return withProcess(pid, resume)
    },
  }
}
