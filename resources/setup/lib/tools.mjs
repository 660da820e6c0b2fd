import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { inRepo } from './paths.mjs'

/**
 * The script behind an installed package's command, to be run with this Node: quicker than npx, and the same on every system.
 *
 * @param {string} packageName
 * @param {string} [command] when it differs from the package's name
 * @returns {string} an absolute path
 */
export function toolScript(packageName, command = packageName) {
  const folder = inRepo('node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[command])
}

/**
 * The npm to call: the one that started this process, else the one on PATH.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{command: string, args: string[]}} the arguments come before npm's own
 */
export function npmCommand(env = process.env) {
  const script = env.npm_execpath
  if (script && basename(script) === 'npm-cli.js')
    return { command: process.execPath, args: [script] }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] }
}
