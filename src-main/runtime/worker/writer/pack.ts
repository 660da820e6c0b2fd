import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { TrancheError } from '../../../contract/errors'
import { packName } from '../../results/place'

/** Most bytes that one call of the system writes. */
const mostAtOnce = 2 ** 30

/** Results leave this much to the database, which has to take word of them. */
const leftBytes = 2 ** 20

export type Pack = ReturnType<typeof createPack>

/**
 * Makes the file that takes what is made under a lease, and its name durable. Calls block: this is for a thread of its own.
 * `freeBytes` answers for the disk of a folder.
 */
export function createPack(resultsDir: string, epoch: number, freeBytes = freeBytesAt) {
  const file = openSync(join(resultsDir, packName(epoch)), 'wx', 0o600)
  flushFolder(resultsDir)
  let end = 0
  return {
    resultsDir,
    epoch,
    /**
     * Appends, and returns where, once it is on disk. If that fails nothing is added: what a full disk took of it is given
     * back, and the next begins at the same place. Throws `disk_full` before the last of the disk is taken.
     */
    append(bytes: Uint8Array): number {
      if (freeBytes(resultsDir) < bytes.length + leftBytes)
        throw new TrancheError('disk_full', 'The disk that holds the state folder is full. Free some space, then retry.', { retryable: true })
      try {
        for (let done = 0; done < bytes.length;)
          done += writeSync(file, bytes, done, Math.min(bytes.length - done, mostAtOnce), end + done)
        fdatasyncSync(file)
      }
      catch (thrown) {
        giveBack()
        throw thrown
      }
      const at = end
      end += bytes.length
      return at
    },
    close: (): void => closeSync(file),
  }

  function giveBack(): void {
    try {
      ftruncateSync(file, end)
    }
    catch {
      // What failed before is the reason to tell. Bytes after the end belong to nothing.
    }
  }
}

/** What this user may still write; a file system that does not know its size sets no limit. */
function freeBytesAt(folder: string): number {
  const { blocks, bavail, bsize } = statfsSync(folder)
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
}

/** Makes the name of a new file survive a power cut. Windows has no such call and needs none. */
function flushFolder(path: string): void {
  if (process.platform === 'win32')
    return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  }
  finally {
    closeSync(folder)
  }
}
