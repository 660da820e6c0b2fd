import type { Database } from 'better-sqlite3'
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Folder of a job's results, below the folder of all jobs. */
const resultsOf = (jobId: string) => `${jobId}/results`

/**
 * The result files that a database names for one job, as paths below the folder of all jobs; those of a result that is a
 * folder, one by one. What an output names is its first part: a file, a folder, or a file in which a place is named (`file:place`).
 */
export function resultFiles(jobsDir: string, jobId: string, outputs: readonly string[]): { readonly found: string[], readonly missing: string[] } {
  const found: string[] = []
  const missing: string[] = []
  const named = new Set(outputs.map(output => output.split('/')[0].split(':')[0]))
  for (const name of [...named].sort()) {
    const path = `${resultsOf(jobId)}/${name}`
    const stats = lstatSync(join(jobsDir, path), { throwIfNoEntry: false })
    if (stats?.isFile())
      found.push(path)
    else if (stats?.isDirectory())
      found.push(...readdirSync(join(jobsDir, path), { withFileTypes: true }).filter(entry => entry.isFile()).map(entry => `${path}/${entry.name}`).sort())
    else
      missing.push(path)
  }
  return { found, missing }
}

/** Every job of a database that has results, with what names them. */
export function* jobsWithResults(db: Database): Iterable<{ readonly jobId: string, readonly outputs: readonly string[] }> {
  const jobs = db.prepare<[], string>('SELECT DISTINCT jobId FROM item WHERE output IS NOT NULL ORDER BY jobId').pluck().all()
  const outputs = db.prepare<[string], string>('SELECT output FROM item WHERE jobId = ? AND output IS NOT NULL ORDER BY idx').pluck()
  for (const jobId of jobs)
    yield { jobId, outputs: outputs.all(jobId) }
}
