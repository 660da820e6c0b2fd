import type { Dirent } from 'node:fs'
import { readdirSync, statSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'
import { count } from './text'

/** How deep below the given folder a case may lie: enough for `backend/test/data/node` of ONNX's own code. */
const maxDepth = 4
/** As many as one job takes. */
const maxCases = 100_000

/**
 * The case folders in a folder, sorted: the folder itself if it is one, else those below it. Links are not followed. `only`
 * keeps those whose path below the folder holds it; with `*` in it, those whose whole path it fits.
 *
 * @throws TrancheError `not_found` or `invalid_input`, saying what such a folder looks like
 */
export function findCases(folder: string, only?: string): string[] {
  requireFolder(folder)
  const found: string[] = []
  look(folder, 0, found)
  if (found.length === 0)
    throw new TrancheError('not_found', `There is no test case in ${folder}. A case is a folder with model.onnx and test_data_set_0 in it, and in that input_0.pb and output_0.pb; it lies there or up to ${maxDepth} folders below.`)
  if (found.length > maxCases)
    throw new TrancheError('invalid_input', `${folder} holds more than ${maxCases} cases. Name a folder in it.`)
  const matches = matcher(only)
  const kept = found.filter(path => matches((relative(folder, path) || basename(path)).split(sep).join('/')))
  if (kept.length === 0)
    throw new TrancheError('not_found', `No case in ${folder} matches --only ${only}; it holds ${count(found.length, 'case')}. It is a part of a case's path below that folder, or a pattern with *.`)
  return kept
}

function look(folder: string, depth: number, found: string[]): void {
  const entries = entriesOf(folder, depth)
  if (isCase(entries)) {
    found.push(folder)
    return
  }
  if (depth === maxDepth || found.length > maxCases)
    return
  const folders = entries.filter(entry => entry.isDirectory()).map(({ name }) => name).sort()
  for (const name of folders)
    look(join(folder, name), depth + 1, found)
}

/** What is wrong within a case is told by its run; here it only has to look like one. */
function isCase(entries: readonly Dirent[]): boolean {
  return entries.some(entry => entry.name === 'model.onnx' && !entry.isDirectory()) && entries.some(({ name }) => /^test_data_set_\d+$/.test(name))
}

/** A folder below that cannot be read has no cases to offer; the one that was named has to be readable. */
function entriesOf(folder: string, depth: number): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  }
  catch (thrown) {
    if (depth > 0)
      return []
    throw new TrancheError('not_found', `The folder ${folder} cannot be read (${systemCode(thrown) ?? 'unknown reason'}).`)
  }
}

function requireFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (!found)
    throw new TrancheError('not_found', `There is no folder ${folder}.`)
  if (!found.isDirectory())
    throw new TrancheError('invalid_input', `${folder} is a file. Name the folder of a test case, or one with such folders in it.`)
}

function matcher(pattern: string | undefined): (path: string) => boolean {
  if (pattern === undefined)
    return () => true
  if (!pattern.includes('*'))
    return path => path.includes(pattern)
  const parts = pattern.split('*').map(part => part.replace(/[$()+.?[\\\]^{|}]/g, '\\$&'))
  const whole = new RegExp(`^${parts.join('.*')}$`, 's')
  return path => whole.test(path)
}
