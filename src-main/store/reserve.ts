import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const reserveBytes = 4 * 1024 * 1024

/**
 * A file that holds a little disk space back, given up when the disk is full: then the lab can still write down what
 * failed and why, where otherwise it could only stop.
 */
export function openReserve(path: string) {
  return {
    /** Makes the file if it is missing and the disk has plenty; says whether it is there. */
    keep(): boolean {
      if (existsSync(path))
        return true
      try {
        const disk = statfsSync(dirname(path))
        if (disk.bavail * disk.bsize < reserveBytes * 4)
          return false
        const file = openSync(path, 'w', 0o600)
        writeSync(file, new Uint8Array(reserveBytes))
        fsyncSync(file)
        closeSync(file)
        return true
      }
      catch {
        rmSync(path, { force: true })
        return false
      }
    },
    /** Frees the space. Returns false if it was free already. */
    giveUp(): boolean {
      if (!existsSync(path))
        return false
      rmSync(path, { force: true })
      return true
    },
  }
}
