import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { systemCode, TrancheError } from '../contract/errors'

/** Where a job's results lie, under the state folder. */
export function resultsDir(jobsDir: string, jobId: string): string {
  return join(jobsDir, jobId, 'results')
}

/** The result of an input as JSON. */
export async function readResult(jobsDir: string, item: ItemRow): Promise<unknown> {
  return item.output === null ? null : JSON.parse(await readFile(join(resultsDir(jobsDir, item.jobId), item.output), 'utf8'))
}

/**
 * Names for the results of a job in a folder of the person's choice: the input's own name, numbered where inputs of
 * different folders share one. A result with tensors beside it is a folder. Same inputs, same names.
 */
export function exportNames(items: readonly Pick<ItemRow, 'input' | 'idx' | 'output'>[]): string[] {
  const taken = new Set<string>()
  return items.map(({ input, idx, output }) => {
    const stem = input === null ? `input-${idx}` : basename(input, extname(input)) || `input-${idx}`
    const ending = output !== null && dirname(output) !== '.' ? '' : '.json'
    let name = `${stem}${ending}`
    for (let copy = 2; taken.has(name.toLowerCase()); copy++)
      name = `${stem}-${copy}${ending}`
    taken.add(name.toLowerCase())
    return name
  })
}

/** The path under which the result of an input is handed out, or null while there is none. */
export function outputPaths(job: JobRow, items: readonly ItemRow[], jobsDir: string): (string | null)[] {
  const { outDir } = job
  if (outDir === null || (job.state !== 'done' && job.state !== 'failed'))
    return items.map(({ output }) => output === null ? null : join(resultsDir(jobsDir, job.id), output))
  const names = exportNames(items)
  return items.map(({ output }, place) => output === null ? null : join(outDir, names[place], dirname(output) === '.' ? '' : 'result.json'))
}

/**
 * Copies every result into the folder the submitter asked for. May be repeated: each file appears whole, under its name.
 * Throws `conflict` where the folder cannot be written; the results in the state folder are not touched.
 */
export async function exportResults(job: JobRow, items: readonly ItemRow[], jobsDir: string): Promise<void> {
  if (job.outDir === null)
    return
  try {
    await mkdir(job.outDir, { recursive: true })
    const names = exportNames(items)
    for (const [place, { output }] of items.entries()) {
      if (output === null)
        continue
      const kept = join(resultsDir(jobsDir, job.id), output)
      await copyWhole(dirname(output) === '.' ? kept : dirname(kept), join(job.outDir, names[place]))
    }
  }
  catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new TrancheError(systemCode(thrown) === 'ENOSPC' ? 'disk_full' : 'conflict', `The results are kept in the lab, but could not be copied to ${job.outDir}: ${reason}. Make the folder writable and retry the job, or take them from ${resultsDir(jobsDir, job.id)}.`, { retryable: true, cause: thrown })
  }
}

async function copyWhole(from: string, to: string): Promise<void> {
  const unfinished = `${to}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await cp(from, unfinished, { recursive: true })
  if ((await stat(unfinished)).isDirectory())
    await rm(to, { recursive: true, force: true })
  await rename(unfinished, to)
}

/** Removes what workers wrote that lost their lease before it was committed. */
export async function removeStrayResults(jobsDir: string, jobId: string, items: readonly ItemRow[]): Promise<void> {
  const folder = resultsDir(jobsDir, jobId)
  const kept = new Set(items.flatMap(({ output }) => output === null ? [] : [output.split('/')[0]]))
  const present = await readdir(folder).catch(() => [])
  await Promise.all(present.filter(name => !kept.has(name)).map(name => rm(join(folder, name), { recursive: true, force: true })))
}
