import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemCode } from '../../src-main/contract/errors'

/** A disk of its own for one test, made of memory; null where this user may not mount one. */
export function smallDisk(at: string, sizeMiB: number): { readonly fill: () => void, readonly free: () => void } | null {
  mkdirSync(at, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=700`, 'tmpfs', at], { stdio: 'ignore' })
  }
  catch {
    return null
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', at]))
  const filler = join(at, 'filler')
  return {
    /** Fills the disk to its last block, whatever else is written at the same time. */
    fill() {
      const file = openSync(filler, 'w')
      for (let block = 1024 * 1024; block >= 1024; block /= 4) {
        while (hasWritten(file, block))
          continue
      }
      closeSync(file)
    },
    free: () => rmSync(filler),
  }
}

function hasWritten(file: number, bytes: number): boolean {
  try {
    return writeSync(file, new Uint8Array(bytes)) > 0
  }
  catch (thrown) {
    if (systemCode(thrown) === 'ENOSPC')
      return false
    throw thrown
  }
}
