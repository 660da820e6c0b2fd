import type { RecipeOutput } from '../../../recipes/recipe'
import { mkdir, open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { TrancheError } from '../../../contract/errors'
import { resultPath } from '../../resultPath'

/**
 * Writes a result to disk and waits until it is there: the checkpoint that names it is committed only afterwards.
 * Files of the result (tensors) go beside its JSON. Returns whether there were any.
 */
export async function writeResult(resultsDir: string, index: number, epoch: number, output: RecipeOutput): Promise<boolean> {
  const files = output.files ?? []
  const withFiles = files.length > 0
  const target = join(resultsDir, resultPath(index, epoch, withFiles))
  if (withFiles) {
    await rm(dirname(target), { recursive: true, force: true })
    await mkdir(dirname(target))
  }
  for (const { name, bytes } of files) {
    if (basename(name) !== name || name === '.' || name === '..' || name === 'result.json')
      throw new TrancheError('internal', `A recipe named a result file ${JSON.stringify(name)}.`)
    await writeDurably(join(dirname(target), name), bytes)
  }
  await writeDurably(target, `${JSON.stringify(output.result)}\n`)
  if (withFiles)
    await flushFolder(dirname(target))
  return withFiles
}

/** Makes the names of new files in a folder survive a power cut. Windows has no such call and needs none. */
export async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32')
    return
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}

async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  }
  finally {
    await file.close()
  }
}
