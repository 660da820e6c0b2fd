import type { StatePaths } from './stateDir'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { systemCode, TrancheError } from '../contract/errors'

const ownerNote = z.object({ pid: z.number().int().positive(), owner: z.string(), sinceMs: z.number() })
export type OwnerNote = z.infer<typeof ownerNote>

export interface Ownership {
  readonly release: () => void
}

/**
 * Takes the state folder for this process, for as long as it lives.
 *
 * The lock is an open write transaction on a small SQLite file of its own: the kernel drops it the moment the process
 * ends, however it ends, so a dead owner's lock is never in the way and no pid has to be judged alive or reused. The
 * note beside it only tells people who the owner is.
 *
 * Throws `state_owned` with the owner's pid while another process lives.
 */
export function takeOwnership(paths: StatePaths, owner: string, nowMs: number): Ownership {
  const lock = new Database(paths.ownerLock, { timeout: 0 })
  try {
    lock.exec('BEGIN IMMEDIATE')
  }
  catch (thrown) {
    lock.close()
    if (systemCode(thrown)?.startsWith('SQLITE_BUSY'))
      throw ownedBy(readOwner(paths))
    throw thrown
  }
  const note: OwnerNote = { pid: process.pid, owner, sinceMs: nowMs }
  const written = `${paths.ownerNote}.${process.pid}`
  writeFileSync(written, `${JSON.stringify(note)}\n`, { mode: 0o600 })
  renameSync(written, paths.ownerNote)
  return { release: () => lock.close() }
}

/** Who says they own the folder; null while an owner is only just starting. */
export function readOwner(paths: StatePaths): OwnerNote | null {
  try {
    return ownerNote.parse(JSON.parse(readFileSync(paths.ownerNote, 'utf8')))
  }
  catch {
    return null
  }
}

function ownedBy(note: OwnerNote | null): TrancheError {
  const who = note ? `process ${note.pid} (${note.owner})` : 'a process that is just starting'
  return new TrancheError('state_owned', `This state folder is in use by ${who}. Close it, or name another folder with --state.`, {
    details: note ? { pid: note.pid, owner: note.owner } : {},
    retryable: true,
  })
}
