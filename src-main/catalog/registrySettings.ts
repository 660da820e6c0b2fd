import type { Options } from 'npm-registry-fetch'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import npmConf from '@pnpm/npm-conf'

/** How to reach the package registry: what the user set for npm, in the shape that `npm-registry-fetch` takes. */
export interface RegistrySettings {
  readonly options: Options
  /** `npmjs`, `always`, `never` or a host: whose tarball addresses are moved to the registry's own host. */
  readonly replaceRegistryHost: string
  /** Host of the registry that is used when nothing is set. */
  readonly defaultHost: string
  /** The user's settings file, to name it in messages. */
  readonly userFile: string
  /** Settings files that could not be read, so that what they say is not in force. */
  readonly unreadable: readonly string[]
}

/**
 * Reads the settings from the environment (`npm_config_*`) and from the user's and the machine's `.npmrc`. The file of
 * the current folder is not read: the folder in which a person happens to start Tranche must not choose a registry, or
 * have secrets of the environment sent to it.
 */
export function readRegistrySettings(): RegistrySettings {
  // `global` leaves out the current folder's file; `prefix` leads to the machine's file when Node is not what runs.
  const { config, warnings } = npmConf({ global: true, prefix: nodePrefix() })
  const all = config.snapshot
  return {
    options: { ...registryKeys(all), ...networkOptions(all), ...authFallback(all) },
    replaceRegistryHost: text(all['replace-registry-host']) ?? 'npmjs',
    defaultHost: new URL(npmConf.defaults.registry).host,
    userFile: config.sources.user?.path ?? '~/.npmrc',
    // Only the file's name is kept: a parser's message may quote a secret.
    unreadable: warnings.map(warning => /^Issue while reading "(.*?)"/.exec(warning)?.[1] ?? 'a settings file'),
  }
}

/** Registries of scopes and what belongs to one registry only: `@scope:registry`, `//host/:_authToken`. */
function registryKeys(all: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith('@') || key.startsWith('//')))
}

function networkOptions(all: Readonly<Record<string, unknown>>): Options {
  const ca = all.ca
  return {
    ...defined('registry', text(all.registry)),
    ...defined('proxy', text(all['https-proxy']) ?? text(all.proxy)),
    ...defined('noProxy', text(all.noproxy) ?? text(all['no-proxy'])),
    ...defined('ca', Array.isArray(ca) ? ca.map(String) : text(ca)),
    ...defined('cert', text(all.cert)),
    ...defined('key', text(all.key)),
    ...defined('localAddress', text(all['local-address'])),
    strictSSL: all['strict-ssl'] !== false,
  }
}

/** Credentials without a host, as very old settings have them, go to the one registry that is set and nowhere else. */
function authFallback(all: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const registry = text(all.registry)
  if (registry === undefined || !URL.canParse(registry))
    return {}
  const { host, pathname } = new URL(registry)
  const place = `//${host}${pathname.replace(/\/?$/, '/')}`
  return Object.fromEntries(['_authToken', '_auth'].flatMap((key) => {
    const value = text(all[key])
    return value === undefined || `${place}:${key}` in all ? [] : [[`${place}:${key}`, value]]
  }))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : { [key]: value } as { [P in K]?: V }
}

/**
 * The folder whose `etc/npmrc` holds the machine's settings. npm derives it from the Node that runs it; a packaged app
 * runs no such Node, so the one on the search path stands for it.
 */
export function nodePrefix(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  isElectron = process.versions.electron !== undefined,
): string {
  if (env.npm_config_prefix)
    return env.npm_config_prefix
  const node = isElectron ? findNode(env.PATH ?? '', platform) : process.execPath
  if (platform === 'win32')
    return dirname(node)
  return dirname(dirname(node))
}

function findNode(searchPath: string, platform: NodeJS.Platform): string {
  const name = platform === 'win32' ? 'node.exe' : 'node'
  const usual = platform === 'win32' ? process.execPath : '/usr/local/bin/node'
  const found = searchPath.split(delimiter).map(folder => join(folder, name)).find(file => existsSync(file))
  return found === undefined ? usual : realpathSync(found)
}
