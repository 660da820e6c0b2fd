import { systemCode, TrancheError } from '../contract/errors'

/** The same failure, or `disk_full` in words where it says that the disk has no space for `what`. Nothing is left of it then. */
export function asDiskFull(thrown: unknown, what: string): unknown {
  const code = systemCode(thrown)
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'SQLITE_FULL')
    return thrown
  return new TrancheError('disk_full', `The disk has no space for ${what}. Nothing of it was left there. Free some space, or name a place on another disk.`, { retryable: true, cause: thrown })
}
