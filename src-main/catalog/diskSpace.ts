import { mkdir, statfs } from 'node:fs/promises'
import { systemCode, TrancheError } from '../contract/errors'

const fullCodes: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT'])

/** Whether a failure means that no space is left, on the disk or in the quota. */
export function isDiskFull(error: unknown): boolean {
  return fullCodes.has(systemCode(error)) || (error instanceof TrancheError && error.code === 'disk_full')
}

/** The same failure, or `disk_full` where it is the system's word that `folder` could not take `neededBytes`. */
export function asDiskFull(error: unknown, folder: string, neededBytes: number): unknown {
  return fullCodes.has(systemCode(error)) ? diskFull(folder, neededBytes, error) : error
}

function diskFull(folder: string, neededBytes: number, cause?: unknown): TrancheError {
  const needed = `${(neededBytes / 1e6).toFixed(1)} MB`
  return new TrancheError('disk_full', `No space is left for ${folder}: ${needed} are needed. Free some space on that disk, then pull the model again.`, {
    details: { folder, neededBytes },
    retryable: true,
    cause,
  })
}

/**
 * Makes the folder and checks that its disk can take `neededBytes`, so that a pull fails before the download and not
 * after it. A file system that does not tell its free space is believed to have enough.
 *
 * @throws TrancheError `disk_full`
 */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw asDiskFull(error, folder, neededBytes)
  })
  const stats = await statfs(folder).catch(() => null)
  if (stats !== null && stats.blocks > 0 && stats.bavail * stats.bsize < neededBytes)
    throw diskFull(folder, neededBytes)
}
