import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A disk of its own for one test, made of memory; null where this user may not mount one. */
export function smallDisk(at: string, sizeMiB: number): { readonly fill: (leaveKiB: number) => void, readonly free: () => void } | null {
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
    /** Fills the disk but for a little. */
    fill(leaveKiB) {
      const { bavail, bsize } = statfsSync(at)
      writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - leaveKiB * 1024)))
    },
    free: () => rmSync(filler),
  }
}
