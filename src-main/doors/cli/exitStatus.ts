import type { ErrorCode } from '../../contract/errors'

/** What the command line answers its caller: 0 done, 1 the job or the check failed, 2 it was used wrongly. */
export const exitStatus = { done: 0, failed: 1, misuse: 2, interrupted: 130 } as const

export type ExitStatus = typeof exitStatus[keyof typeof exitStatus]

/** The status of a verb that ended with this error. */
export function statusOf(code: ErrorCode): ExitStatus {
  return code === 'invalid_input' || code === 'not_found' ? exitStatus.misuse : exitStatus.failed
}
