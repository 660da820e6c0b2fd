import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The repository's folder: what is set up. */
export const repoRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')

/**
 * @param {...string} parts
 * @returns {string} an absolute path inside the repository
 */
export function inRepo(...parts) {
  return join(repoRoot, ...parts)
}

/**
 * Where set-up keeps what may be fetched or made again: `TRANCHE_CACHE`, or the platform's cache folder (XDG base directory
 * specification on Linux).
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {string} an absolute path; the folder may not exist yet
 */
export function cacheRoot(env = process.env, platform = process.platform) {
  if (env.TRANCHE_CACHE)
    return resolve(env.TRANCHE_CACHE)
  if (platform === 'darwin')
    return join(homedir(), 'Library', 'Caches', 'tranche')
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'tranche', 'cache')
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tranche')
}

/**
 * @param {...string} parts
 * @returns {string} an absolute path inside the cache
 */
export function inCache(...parts) {
  return join(cacheRoot(), ...parts)
}
