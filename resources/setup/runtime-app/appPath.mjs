import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * The app path on a command line such as `electron --inspect=0 --no-sandbox . --some-flag`: the first argument that is no
 * flag. `-r FILE` and `--require FILE` take the argument after them along, as in Electron itself.
 *
 * @param {readonly string[]} args the command line without the executable
 * @returns {string | undefined} the path as it was written, or nothing when there is none
 */
export function appPathOf(args) {
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-r' || args[i] === '--require')
      i++
    else if (!args[i].startsWith('-'))
      return args[i]
  }
  return undefined
}

/**
 * Where an app path leads: to a folder with a package.json, or straight to a script.
 *
 * @param {string} path a folder or a file, relative to the current folder
 * @returns {{folder: string, entry: string, manifest: {name?: string, productName?: string, version?: string}}} absolute paths, and what the
 * app says of itself ({} where no package.json tells)
 */
export function findApp(path) {
  const target = resolve(path)
  if (!existsSync(target))
    throw new Error(`There is no app at ${target}`)
  if (statSync(target).isFile())
    return { folder: dirname(target), entry: target, manifest: {} }
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  const entry = join(target, manifest.main ?? 'index.js')
  if (!existsSync(entry))
    throw new Error(`${target} has nothing to run: ${entry} is missing. Build the app first: npm run build`)
  return { folder: target, entry, manifest }
}
