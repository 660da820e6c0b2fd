import type { Manifest, Part } from './archive/format'
import type { DatabaseThread } from './thread/databaseThread'
import type { CopyFacts } from './thread/messages'
import { lstatSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import Database from 'better-sqlite3'
import { systemCode, TrancheError } from '../contract/errors'
import { flush } from '../store/flush'
import { databaseName, formatVersion, headName, isPartPath, manifestName } from './archive/format'
import { readHead } from './archive/readHead'
import { openArchive } from './archive/writeArchive'
import { asDiskFull } from './diskFull'
import { jobsWithResults, resultFiles } from './resultFiles'

/** What a lab is made of, as far as a backup is concerned. */
export interface LabParts {
  readonly database: string
  readonly jobsDir: string
  /** Ids of catalog entries that are on this machine. */
  readonly models: readonly string[]
  /** Of Tranche. */
  readonly version: string
  readonly thread: DatabaseThread
}

export interface BackUpReport {
  readonly file: string
  readonly bytes: number
  readonly jobs: number
  readonly atMs: number
  /** Result files that were not there any more. */
  readonly missing: string[]
}

/**
 * Writes a lab as it is at one instant into one file, while its jobs run. The file appears under its name only once it is
 * whole and on disk; an earlier backup of that name stays until then.
 *
 * @throws TrancheError `invalid_input` where the file cannot be made, or something that is no backup has its name; `disk_full`
 */
export async function backUp(parts: LabParts, file: string, nowMs: () => number): Promise<BackUpReport> {
  await requireTarget(file)
  const unfinished = `${file}.unfinished`
  const copy = `${unfinished}.db`
  try {
    const atMs = nowMs()
    const facts = await parts.thread({ kind: 'copy', from: parts.database, to: copy })
    const { bytes, missing } = await write(parts, facts, copy, unfinished, atMs)
    await rename(unfinished, file)
    flush(dirname(file), 'folder')
    return { file, bytes, jobs: facts.jobs, atMs, missing }
  }
  catch (thrown) {
    throw asDiskFull(thrown, `the backup ${file}`)
  }
  finally {
    await rm(unfinished, { force: true })
    await rm(copy, { force: true })
  }
}

async function write(parts: LabParts, facts: CopyFacts, copy: string, unfinished: string, atMs: number): Promise<{ bytes: number, missing: string[] }> {
  const head = { format: 'tranche-backup', formatVersion, version: parts.version, schema: facts.schema, atMs } as const
  const archive = await openArchive(unfinished, atMs)
  const db = new Database(copy, { readonly: true })
  try {
    await archive.add(headName, `${JSON.stringify(head)}\n`)
    const written: Part[] = [await archive.copy(databaseName, copy)]
    const missing: string[] = []
    for (const { jobId, outputs } of jobsWithResults(db)) {
      const files = resultFiles(parts.jobsDir, jobId, outputs)
      missing.push(...files.missing)
      for (const path of files.found) {
        const part = isPartPath(`jobs/${path}`) ? await unlessGone(archive.copy(`jobs/${path}`, join(parts.jobsDir, path))) : null
        if (part)
          written.push(part)
        else
          missing.push(path)
      }
    }
    const manifest: Manifest = { ...head, jobs: facts.jobs, events: facts.events, parts: written, missing, models: [...parts.models] }
    await archive.add(manifestName, `${JSON.stringify(manifest)}\n`)
    return { bytes: await archive.end(), missing }
  }
  finally {
    db.close()
    await archive.close()
  }
}

/** A job may be forgotten, with its results, since the instant of the copy. */
async function unlessGone(copying: Promise<Part>): Promise<Part | null> {
  try {
    return await copying
  }
  catch (thrown) {
    if (systemCode(thrown) === 'ENOENT')
      return null
    throw thrown
  }
}

async function requireTarget(file: string): Promise<void> {
  if (!isAbsolute(file))
    throw new TrancheError('invalid_input', `${file} is not an absolute path. Name the file of the backup in full.`)
  const folder = dirname(file)
  if (!lstatSync(folder, { throwIfNoEntry: false }) || !isFolder(folder))
    throw new TrancheError('invalid_input', `There is no folder ${folder} for the backup. Make it, or name another.`)
  const present = lstatSync(file, { throwIfNoEntry: false })
  if (present && !(present.isFile() && await readHead(file)))
    throw new TrancheError('invalid_input', `${file} is there and is not a backup of a lab, so it is not overwritten. Name another file.`)
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(join(path, '.')).isDirectory()
  }
  catch {
    return false
  }
}
