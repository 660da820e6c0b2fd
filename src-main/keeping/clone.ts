import type { LabParts } from './backUp'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { systemCode, TrancheError } from '../contract/errors'
import { flush } from '../store/flush'
import { statePaths } from '../store/stateDir'
import { asDiskFull } from './diskFull'
import { linkBlobs } from './linkBlobs'
import { makeFolder, occupant } from './newFolder'
import { jobsWithResults, resultFiles } from './resultFiles'

/**
 * Makes a lab like this one in a new or empty folder: devices, layouts, models, tenants, queues, windows, templates, settings.
 * Without jobs it has no past: no jobs, leases, events or use, and no real GPUs, which are the host's. With jobs it is all that
 * a backup would have.
 *
 * @throws TrancheError `invalid_input` where something is there already, `disk_full`
 */
export async function cloneLab(parts: LabParts & { readonly stateDir: string }, dir: string, withJobs: boolean, nowMs: number): Promise<{ readonly dir: string, readonly jobs: number }> {
  if (occupant(dir) !== 'free')
    throw new TrancheError('invalid_input', `${dir} is there and is not empty. Name a new folder for the clone.`)
  const inside = relative(parts.stateDir, dir)
  if (inside === '' || !(inside.startsWith('..') || inside === dir))
    throw new TrancheError('invalid_input', `${dir} lies in the state folder that is cloned. Name a folder elsewhere.`)
  const from = statePaths(parts.stateDir)
  try {
    return await makeFolder(dir, async (folder) => {
      const to = statePaths(folder)
      const copied = await parts.thread({ kind: 'copy', from: parts.database, to: to.database })
      const { jobs } = withJobs ? copied : await parts.thread({ kind: 'empty', database: to.database, atMs: nowMs })
      if (withJobs)
        await copyResults(to.database, parts.jobsDir, to.jobs)
      linkBlobs(from.blobs, to.blobs)
      return { dir, jobs }
    })
  }
  catch (thrown) {
    throw asDiskFull(thrown, `the clone in ${dir}`)
  }
}

async function copyResults(database: string, fromDir: string, toDir: string): Promise<void> {
  const db = new Database(database, { readonly: true })
  try {
    for (const { jobId, outputs } of jobsWithResults(db)) {
      for (const path of resultFiles(fromDir, jobId, outputs).found)
        copyUnlessGone(join(fromDir, path), join(toDir, path))
      await turn()
    }
  }
  finally {
    db.close()
  }
}

function copyUnlessGone(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  try {
    copyFileSync(from, to)
    flush(to)
  }
  catch (thrown) {
    if (systemCode(thrown) !== 'ENOENT')
      throw thrown
  }
}
