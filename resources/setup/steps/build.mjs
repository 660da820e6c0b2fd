import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { SetupFailure } from '../lib/failure.mjs'
import { readIfThere, writeWhole } from '../lib/files.mjs'
import { inRepo, repoRoot } from '../lib/paths.mjs'
import { toolScript } from '../lib/tools.mjs'

const SOURCES = ['src-main', 'src-renderer', 'resources', 'electron.vite.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json']
const NOT_BUILT = /^resources\/(?:setup|samples)$/
const STAMP = inRepo('out', '.built-from')

/**
 * The oldest Electron the app must run on; electron-vite picks the language level of what it writes by it.
 */
export const OLDEST_ELECTRON = '33'

/**
 * A file's name, size and time stand for its content: reading all of them would cost every start.
 *
 * @param {string} root
 * @param {readonly string[]} paths files and folders below root
 * @param {RegExp} [leaveOut] matched against a folder's path below root
 * @returns {string} a hash that changes when a file is added, changed, renamed or removed
 */
export function fingerprint(root, paths, leaveOut) {
  const hash = createHash('sha256')
  const visit = (/** @type {string} */ path) => {
    const stats = statSync(join(root, path), { throwIfNoEntry: false })
    if (!stats)
      return
    if (!stats.isDirectory())
      hash.update(`${path}\0${stats.size}\0${stats.mtimeMs}\n`)
    else if (!leaveOut?.test(path))
      readdirSync(join(root, path)).sort().forEach(name => visit(`${path}/${name}`))
  }
  paths.forEach(visit)
  return hash.digest('hex')
}

function sourcesNow() {
  return fingerprint(repoRoot, SOURCES, NOT_BUILT)
}

/** Makes the next start build again, where something else writes into out/. */
export function forgetBuild() {
  rmSync(STAMP, { force: true })
}

/** @type {import('../lib/steps.mjs').Step} */
export const build = {
  name: 'build',
  needed: () => readIfThere(STAMP) !== sourcesNow(),
  run: async () => {
    // Taken before: a file saved while the build runs makes the next start build again.
    const sources = sourcesNow()
    forgetBuild()
    const { code, output } = await capture(process.execPath, [toolScript('electron-vite'), 'build'], {
      cwd: repoRoot,
      env: { ...process.env, ELECTRON_MAJOR_VER: OLDEST_ELECTRON },
    })
    if (code !== 0)
      throw new SetupFailure('the app could not be built', 'mend what electron-vite says above, then run the same command again', output)
    writeWhole(STAMP, sources)
  },
}
