import type { ItemRow } from '../store/items'
import type { JobRow } from '../store/jobs'
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { systemCode, TrancheError } from '../contract/errors'
import { packName, parsePlace } from '../runtime/results/place'
import { readPacked, trimPacks, unpack } from './packs'

/** Where a job's results lie, under the state folder. */
export function resultsDir(jobsDir: string, jobId: string): string {
  return join(jobsDir, jobId, 'results')
}

/** The result of an input as JSON. */
export async function readResult(jobsDir: string, { jobId, idx, output }: ItemRow): Promise<unknown> {
  if (output === null)
    return null
  const folder = resultsDir(jobsDir, jobId)
  return parsePlace(output) ? readPacked({ folder, index: idx, place: output }) : JSON.parse(await readFile(join(folder, output), 'utf8'))
}

/** Whether a result has files beside its JSON: it is handed out as a folder then. */
function isFolder(output: string | null): boolean {
  return output !== null && (parsePlace(output)?.withFiles ?? dirname(output) !== '.')
}

/**
 * Names for the results of a job in a folder of the person's choice: the input's own name, numbered where inputs of
 * different folders share one. A result with tensors beside it is a folder. Same inputs, same names.
 */
export function exportNames(items: readonly Pick<ItemRow, 'input' | 'idx' | 'output'>[]): string[] {
  const taken = new Set<string>()
  return items.map(({ input, idx, output }) => {
    const stem = input === null ? `input-${idx}` : basename(input, extname(input)) || `input-${idx}`
    const ending = isFolder(output) ? '' : '.json'
    let name = `${stem}${ending}`
    for (let copy = 2; taken.has(name.toLowerCase()); copy++)
      name = `${stem}-${copy}${ending}`
    taken.add(name.toLowerCase())
    return name
  })
}

/**
 * The path of each result as a file, or null where there is none: before the results were copied to a folder they lie in packs.
 * (Those of earlier versions lie in a file each.)
 */
export function outputPaths(job: JobRow, items: readonly ItemRow[], jobsDir: string): (string | null)[] {
  const { outDir } = job
  if (outDir === null || (job.state !== 'done' && job.state !== 'failed'))
    return items.map(({ output }) => output === null || parsePlace(output) ? null : join(resultsDir(jobsDir, job.id), output))
  const names = exportNames(items)
  return items.map(({ output }, place) => output === null ? null : join(outDir, names[place], isFolder(output) ? 'result.json' : ''))
}

/**
 * Writes every result of a job as files into a folder. May be repeated: each appears whole, under its name. Returns how many.
 * Throws `disk_full`, or `conflict` where the folder cannot be written; the results in the state folder are not touched.
 */
export async function exportResults(jobId: string, items: readonly ItemRow[], jobsDir: string, outDir: string): Promise<number> {
  const folder = resultsDir(jobsDir, jobId)
  try {
    await mkdir(outDir, { recursive: true })
    const names = exportNames(items)
    for (const [place, { idx, output }] of items.entries()) {
      if (output !== null)
        await appearWhole(join(outDir, names[place]), unfinished => writeOut(folder, idx, output, unfinished))
    }
    return items.filter(({ output }) => output !== null).length
  }
  catch (thrown) {
    if (thrown instanceof TrancheError)
      throw thrown
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new TrancheError(systemCode(thrown) === 'ENOSPC' ? 'disk_full' : 'conflict', `The results are kept in the lab, but could not be copied to ${outDir}: ${reason}. Make the folder writable, or copy them to another with \`tranche results ${jobId} --out DIR\`.`, { retryable: true, cause: thrown })
  }
}

async function writeOut(folder: string, index: number, output: string, target: string): Promise<void> {
  if (parsePlace(output))
    return unpack({ folder, index, place: output }, target)
  const kept = join(folder, output)
  await cp(isFolder(output) ? dirname(kept) : kept, target, { recursive: true })
}

async function appearWhole(target: string, write: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${target}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await write(unfinished)
  if ((await stat(unfinished)).isDirectory())
    await rm(target, { recursive: true, force: true })
  await rename(unfinished, target)
}

/** Removes what workers wrote that lost their lease before it was committed. */
export async function removeStrayResults(jobsDir: string, jobId: string, items: readonly ItemRow[]): Promise<void> {
  const folder = resultsDir(jobsDir, jobId)
  const outputs = items.flatMap(({ output }) => output ?? [])
  const kept = new Set(outputs.map((output) => {
    const place = parsePlace(output)
    return place ? packName(place.epoch) : output.split('/')[0]
  }))
  const present = await readdir(folder).catch(() => [])
  await Promise.all(present.filter(name => !kept.has(name)).map(name => rm(join(folder, name), { recursive: true, force: true })))
  await trimPacks(folder, outputs)
}
