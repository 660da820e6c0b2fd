import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { SetupFailure } from '../lib/failure.mjs'
import { readIfThere, writeWhole } from '../lib/files.mjs'
import { inRepo, repoRoot } from '../lib/paths.mjs'
import { npmCommand } from '../lib/tools.mjs'

/**
 * @typedef {{packages?: Record<string, {version?: string, optional?: boolean, devOptional?: boolean, os?: string[], cpu?: string[]}>}} LockFile
 */

const LOCK_FILE = inRepo('package-lock.json')
const STAMP = inRepo('node_modules', '.tranche-lock')
const INSTALLED_LOCK = inRepo('node_modules', '.package-lock.json')

/**
 * The first package that an installation lacks or has in another version. Optional ones may be missing: they are for other
 * platforms.
 *
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile} installed node_modules/.package-lock.json, which npm writes when it is done
 * @returns {string | undefined} its path below the repository, or nothing when all is there
 */
export function firstMismatch(wanted, installed) {
  return Object.keys(wanted.packages ?? {}).find((path) => {
    if (path === '')
      return false
    const want = wanted.packages?.[path]
    const have = installed.packages?.[path]
    return have ? have.version !== want?.version : !(want?.optional || want?.devOptional)
  })
}

/**
 * @param {LockFile} lock
 * @returns {number} how many packages there are to fetch for this machine, about
 */
function countForHere(lock) {
  return Object.entries(lock.packages ?? {}).filter(([path, { os, cpu }]) => path !== ''
    && (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true)).length
}

function lockHash() {
  return createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex')
}

/** An installation made by hand (`npm ci`, `npm install`) counts as well. */
function installedByHand() {
  const installed = readIfThere(INSTALLED_LOCK)
  if (!installed || firstMismatch(JSON.parse(readFileSync(LOCK_FILE, 'utf8')), JSON.parse(installed)))
    return false
  writeWhole(STAMP, lockHash())
  return true
}

/** @type {import('../lib/steps.mjs').Step} */
export const packages = {
  name: 'packages',
  needed: () => readIfThere(STAMP) !== lockHash() && !installedByHand(),
  run: async (progress) => {
    const total = countForHere(JSON.parse(readFileSync(LOCK_FILE, 'utf8')))
    /** @type {string[]} */
    const talk = []
    let fetched = 0
    const npm = npmCommand()
    const { code } = await capture(npm.command, [...npm.args, 'ci', '--loglevel=http', '--ignore-scripts'], {
      cwd: repoRoot,
      onLine: (line) => {
        if (/\bhttp (?:fetch|cache)\b/.test(line))
          fetched += line.includes('.tgz ') ? 1 : 0
        else if (!line.startsWith('npm warn'))
          talk.push(line)
        progress.update(`${fetched} of about ${total} fetched`, fetched / total)
      },
    })
    if (code === 127)
      throw new SetupFailure('npm is not on the PATH', 'install Node.js with npm (20.19 or newer), then run the same command again')
    if (code !== 0)
      throw new SetupFailure('npm could not install the packages', 'see npm\'s words above; once that is mended (often: the network), run the same command again', talk.join('\n'))
    writeWhole(STAMP, lockHash())
  },
}
