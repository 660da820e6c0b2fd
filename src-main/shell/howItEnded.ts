import { constants } from 'node:os'
import process from 'node:process'

/** Signals that end a process without its doing. Our workers use none of these numbers as an exit code of their own. */
const deadly = ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV'] as const

/**
 * How a utility process ended. Chromium gives one number for both: the exit code or, on Unix, the number of the signal
 * that ended it (seen with Electron 33: 9 after `kill -9`, 6 after an abort, 11 after a segmentation fault).
 */
export function howItEnded(code: number, platform: NodeJS.Platform = process.platform): { code: number | null, signal: string | null } {
  const signal = platform === 'win32' ? undefined : deadly.find(name => constants.signals[name] === code)
  return signal ? { code: null, signal } : { code, signal: null }
}
