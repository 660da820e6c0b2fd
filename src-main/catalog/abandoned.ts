import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../contract/errors'

/** A number may have passed on to another process, so a file this old has no owner whatever its name says. */
export const ownerGoneMs = 24 * 60 * 60 * 1000
const temporaryName = /^\.tmp-(\d+)-[0-9a-f]+$/

/** Name of a temporary file that says which process writes it. */
export function ownTemporaryName(unique: string): string {
  return `.tmp-${process.pid}-${unique}`
}

/** Whether a process of that number runs; one that may not be signalled runs too. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  }
  catch (error) {
    return systemCode(error) === 'EPERM'
  }
}

/**
 * Removes the temporary files in the folders of `root` whose writers are gone. Files of running processes stay. What
 * cannot be removed stays too: it is waste, not danger.
 */
export function clearAbandoned(root: string): void {
  for (const folder of names(root)) {
    for (const name of names(join(root, folder))) {
      const path = join(root, folder, name)
      if (isAbandoned(path, name))
        rmSync(path, { force: true })
    }
  }
}

function isAbandoned(path: string, name: string): boolean {
  const pid = temporaryName.exec(name)?.[1]
  if (pid === undefined)
    return false
  return !isRunning(Number(pid)) || isOlderThan(path, ownerGoneMs)
}

/** Whether nothing has written to the file for so long; true as well for one that is gone. */
export function isOlderThan(path: string, ageMs: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined || Date.now() - stats.mtimeMs > ageMs
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  }
  catch {
    return []
  }
}
