import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { readIfThere } from '../lib/files.mjs'
import { inCache, inRepo } from '../lib/paths.mjs'

const REACH_MS = 4_000
const SILENCE_MS = 60_000

const MIRROR_KEYS = ['ELECTRON_MIRROR', 'electron_mirror', 'npm_config_electron_mirror', 'NPM_CONFIG_ELECTRON_MIRROR']

/** @returns {string} the Electron version package.json declares */
export function declaredElectron() {
  return JSON.parse(readFileSync(inRepo('package.json'), 'utf8')).devDependencies.electron
}

/** Where the executable lies inside Electron's own archive. */
function executableName() {
  return { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[/** @type {string} */ (process.platform)] ?? 'electron'
}

/**
 * Electron's own download of the declared version: one that is there already, else fetched by the electron package's
 * install script (which checks the archive's checksum) and moved to the cache.
 *
 * @param {import('../lib/progress.mjs').Progress} progress
 * @returns {Promise<{executable: string} | {failed: string}>} where it lies, or why it cannot be had
 */
export async function officialElectron(progress) {
  const version = declaredElectron()
  const home = inCache('electron', version)
  const dist = inRepo('node_modules', 'electron', 'dist')
  if (existsSync(join(home, executableName())))
    return { executable: join(home, executableName()) }
  if (readIfThere(join(dist, 'version'))?.trim().replace(/^v/, '') === version && existsSync(join(dist, executableName())))
    return { executable: join(dist, executableName()) }

  progress.update(`looking for Electron ${version}`)
  const unreachable = await whyUnreachable(version)
  if (unreachable)
    return { failed: unreachable }
  const work = inCache('electron', '.official')
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  const failed = await runInstallScript(version, work, progress)
  rmSync(work, { recursive: true, force: true })
  return failed ? { failed } : { executable: join(moveToCache(dist, home), executableName()) }
}

/**
 * Asks the download's host for a small file of the release; a machine cut off from it learns so in seconds.
 *
 * @param {string} version
 * @returns {Promise<string | undefined>} why it cannot be had, or nothing when it can
 */
async function whyUnreachable(version) {
  if (process.env.HTTPS_PROXY || process.env.https_proxy)
    return undefined // fetch knows no proxy, the install script does: let it try
  const mirror = MIRROR_KEYS.map(key => process.env[key]).find(Boolean) ?? 'https://github.com/electron/electron/releases/download/'
  try {
    const answer = await fetch(`${mirror}v${version}/SHASUMS256.txt`, { method: 'HEAD', signal: AbortSignal.timeout(REACH_MS) })
    return answer.ok ? undefined : `${new URL(mirror).host} answered ${answer.status}`
  }
  catch {
    return `${URL.canParse(mirror) ? new URL(mirror).host : mirror} is out of reach`
  }
}

/**
 * @param {string} version
 * @param {string} work an empty folder for its temporary files
 * @param {import('../lib/progress.mjs').Progress} progress
 * @returns {Promise<string | undefined>} why it failed
 */
async function runInstallScript(version, work, progress) {
  const script = createRequire(import.meta.url).resolve('electron/install.js')
  const silence = new AbortController()
  let size = 0
  let grewAt = Date.now()
  const watch = setInterval(() => {
    const now = folderSize(work)
    if (now !== size)
      grewAt = Date.now()
    size = now
    progress.update(`fetching Electron ${version}, ${Math.round(size / 1e6)} MB`)
    if (Date.now() - grewAt > SILENCE_MS)
      silence.abort()
  }, 1_000)
  const { code, output } = await capture(process.execPath, [script], {
    env: { ...process.env, TMPDIR: work, TEMP: work, TMP: work, electron_config_cache: join(work, 'cache') },
    signal: silence.signal,
  })
  clearInterval(watch)
  if (code === 0)
    return undefined
  return silence.signal.aborted ? 'its download stood still' : output.trim().split('\n')[0]
}

/** @param {string} folder */
function folderSize(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0)
}

/**
 * So that other clones find it too. Where the cache lies on another file system it stays in node_modules.
 *
 * @param {string} dist
 * @param {string} home
 * @returns {string} where it lies now
 */
function moveToCache(dist, home) {
  try {
    renameSync(dist, home)
    return home
  }
  catch {
    return dist
  }
}
