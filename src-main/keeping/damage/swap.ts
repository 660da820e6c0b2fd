import type { StatePaths } from '../../store/stateDir'
import { copyFileSync, existsSync, linkSync, readdirSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { flush } from '../../store/flush'

/** A recovered database under this name is whole and on disk, and only has to take its place. */
export const recoveredName = 'recovered.db'

/**
 * Sets the damaged database aside into a folder, log and all, and puts the recovered one of that folder in its place. May be
 * cut at any point and repeated: the recovered one goes last, so that it never meets the log of the damaged one.
 */
export function swap(paths: StatePaths, folder: string): void {
  const aside = join(folder, basename(paths.database))
  if (existsSync(paths.database) && !existsSync(aside))
    linkOrCopy(paths.database, aside)
  for (const ending of ['-wal', '-shm']) {
    if (existsSync(`${paths.database}${ending}`))
      renameSync(`${paths.database}${ending}`, `${aside}${ending}`)
  }
  flush(folder, 'folder')
  flush(dirname(paths.database), 'folder')
  renameSync(join(folder, recoveredName), paths.database)
  flush(dirname(paths.database), 'folder')
}

/** Goes on with a swap that was cut. Returns whether there was one. */
export function finishSwap(paths: StatePaths): boolean {
  if (!existsSync(paths.damaged))
    return false
  const cut = readdirSync(paths.damaged).map(name => join(paths.damaged, name)).filter(folder => existsSync(join(folder, recoveredName)))
  cut.forEach(folder => swap(paths, folder))
  return cut.length > 0
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  }
  catch {
    copyFileSync(from, `${to}.unfinished`)
    renameSync(`${to}.unfinished`, to)
  }
}
