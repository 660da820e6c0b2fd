import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import process from 'node:process'
import { systemCode, TrancheError } from '../contract/errors'
import { flush } from '../store/flush'

export type Occupied = 'free' | 'lab' | 'other'

/** What is where a lab is to be made: nothing or an empty folder, a lab, or something else. */
export function occupant(dir: string): Occupied {
  const stats = lstatSync(dir, { throwIfNoEntry: false })
  if (!stats)
    return 'free'
  if (!stats.isDirectory())
    return 'other'
  const names = readdirSync(dir)
  if (names.length === 0)
    return 'free'
  return names.includes('tranche.db') || names.includes('owner.lock') ? 'lab' : 'other'
}

/**
 * Makes a folder beside its place, and puts it there once `fill` has filled it. Whatever fails, there is no half a folder.
 * `makeRoom` frees the place just before; what it returns takes that back.
 */
export async function makeFolder<T>(dir: string, fill: (folder: string) => Promise<T>, makeRoom: () => (() => void) = () => keepFree(dir)): Promise<T> {
  if (!isAbsolute(dir))
    throw new TrancheError('invalid_input', `${dir} is not an absolute path. Name the folder in full.`)
  const unfinished = `${dir}.unfinished-${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  try {
    mkdirSync(unfinished, { recursive: true, mode: 0o700 })
    const answer = await fill(unfinished)
    flush(unfinished, 'folder')
    const takeBack = makeRoom()
    try {
      renameSync(unfinished, dir)
    }
    catch (thrown) {
      takeBack()
      throw thrown
    }
    flush(dirname(dir), 'folder')
    return answer
  }
  catch (thrown) {
    throw inWords(thrown, dir)
  }
  finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** An empty folder gives its place up; Windows renames nothing onto it. */
function keepFree(dir: string): () => void {
  const wasThere = existsSync(dir)
  if (wasThere)
    rmdirSync(dir)
  return () => wasThere && mkdirSync(dir, { mode: 0o700 })
}

function inWords(thrown: unknown, dir: string): unknown {
  switch (systemCode(thrown)) {
    case 'EBUSY':
      return new TrancheError('conflict', `${dir} is in use by the system (a disk is mounted there, or a program has it open), so nothing can take its place. Name a folder in it or elsewhere.`, { cause: thrown })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return new TrancheError('invalid_input', `${dir} cannot be made by this user: ${thrown instanceof Error ? thrown.message : String(thrown)}. Change the permissions, or name another folder.`, { cause: thrown })
    default:
      return thrown
  }
}
