import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Folder for what can be fetched again: models of the set-up, downloads that were cut. Absolute; it may not exist yet.
 * `$TRANCHE_CACHE` wins everywhere, then each system's own place for caches. The set-up scripts use the same rule.
 */
export function cacheDir(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.TRANCHE_CACHE)
    return resolve(env.TRANCHE_CACHE)
  if (platform === 'darwin')
    return join(home, 'Library', 'Caches', 'tranche')
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'tranche', 'cache')
  return env.XDG_CACHE_HOME ? resolve(env.XDG_CACHE_HOME, 'tranche') : join(home, '.cache', 'tranche')
}

/** Blob store that the set-up fills; the catalog's seed. */
export function cachedModelsDir(): string {
  return join(cacheDir(), 'models')
}

/** Downloads of the set-up that are not complete yet. */
export function cachedPartialDir(): string {
  return join(cacheDir(), 'partial')
}
