import { lstat, mkdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { systemCode, TrancheError } from '../../contract/errors'

/**
 * Writes files into a folder, which is made if it is not there. None is written if one of them would replace a file.
 *
 * @returns their absolute paths
 * @throws TrancheError `conflict` where a file is there and `force` is not set, `invalid_input` where the folder cannot be one
 */
export async function writeFiles(files: readonly { readonly name: string, readonly text: string }[], out: string, cwd: string, force: boolean): Promise<string[]> {
  const folder = resolve(cwd, out)
  const paths = files.map(({ name }) => join(folder, plainName(name)))
  await makeFolder(folder)
  const present: string[] = []
  for (const path of force ? [] : paths) {
    if (await isThere(path))
      present.push(path)
  }
  if (present.length > 0)
    throw new TrancheError('conflict', `${present.join(', ')} ${present.length === 1 ? 'is' : 'are'} there already; nothing was written. Name another folder, or say --force.`)
  for (const [i, { text }] of files.entries())
    await writeFile(paths[i], text, { flag: force ? 'w' : 'wx' })
  return paths
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  }
  catch (thrown) {
    const code = systemCode(thrown)
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new TrancheError('invalid_input', `${folder} is or lies below a file. --out names the folder that gets the files.`)
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new TrancheError('invalid_input', `${folder} cannot be made by this user. Name a folder that can be written to with --out.`)
    throw thrown
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, (thrown: unknown) => {
    if (systemCode(thrown) === 'ENOENT')
      return false
    throw thrown
  })
}

/** Whoever answers over the socket must not choose where this process writes. */
function plainName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('\\') || name.includes('\0') || basename(name) !== name)
    throw new TrancheError('internal', `The lab named a file ${JSON.stringify(name)}, which is no plain file name. Nothing was written.`)
  return name
}
