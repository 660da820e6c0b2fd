import type { BenchReport } from './report'
import { statSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { TrancheError } from '../../../contract/errors'
import { writeFiles } from '../writeFiles'
import { benchPicture } from './picture'
import { benchMarkdown } from './table'

const formats: Readonly<Record<string, (report: BenchReport) => string>> = {
  '.svg': benchPicture,
  '.md': benchMarkdown,
  '.json': report => `${JSON.stringify(report, null, 2)}\n`,
}

/**
 * The files that `--out` names, absolute. Checked before anything is measured, as that takes minutes.
 *
 * @throws TrancheError `invalid_input` for a format that is not known, `conflict` where a file is there and `force` is not set
 */
export function outFiles(given: readonly string[], cwd: string, force: boolean): string[] {
  return [...new Set(given.map(path => resolve(cwd, path)))].map((path) => {
    if (!Object.hasOwn(formats, extname(path).toLowerCase()))
      throw new TrancheError('invalid_input', `${path} names no format that can be written: it ends in .svg for a picture, .md for a table, or .json.`)
    const present = statSync(path, { throwIfNoEntry: false })
    if (present?.isDirectory())
      throw new TrancheError('invalid_input', `${path} is a folder. --out names the file to write.`)
    if (present && !force)
      throw new TrancheError('conflict', `${path} is there already; nothing was measured. Name another file, or say --force.`)
    return path
  })
}

export async function writeOutFiles(paths: readonly string[], report: BenchReport, cwd: string, force: boolean): Promise<void> {
  for (const path of paths)
    await writeFiles([{ name: basename(path), text: formats[extname(path).toLowerCase()](report) }], dirname(path), cwd, force)
}
