import { constants, copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../contract/errors'

/**
 * Gives a lab the models that another one has. Blobs are never written to, only put in place whole and replaced by new files,
 * so two labs can share them by name: what one removes or fetches anew is the other's still. Copied where links cannot be.
 */
export function linkBlobs(from: string, to: string): number {
  let blobs = 0
  for (const folder of names(join(from, 'sha256')).filter(name => /^[0-9a-f]{2}$/.test(name))) {
    const target = join(to, 'sha256', folder)
    mkdirSync(target, { recursive: true, mode: 0o700 })
    for (const name of names(join(from, 'sha256', folder)).filter(name => /^[0-9a-f]{64}$/.test(name))) {
      linkOrCopy(join(from, 'sha256', folder, name), join(target, name))
      blobs++
    }
  }
  return blobs
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  }
  catch (thrown) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(thrown) ?? ''))
      throw thrown
    copyFileSync(from, to, constants.COPYFILE_FICLONE)
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  }
  catch (thrown) {
    if (systemCode(thrown) === 'ENOENT')
      return []
    throw thrown
  }
}
