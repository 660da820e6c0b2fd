import process from 'node:process'
import { repoRoot } from '../lib/paths.mjs'

/**
 * The person's own registry settings (registry, scopes, tokens, proxy, certificates), in the form npm-registry-fetch takes.
 * Nothing is kept in npm's cache: what is fetched here is unpacked once and would only fill the disk.
 *
 * @returns {Promise<import('npm-registry-fetch').Options>} options for a fetch
 */
export async function registrySettings() {
  // @ts-expect-error it brings no types
  const { default: npmConf } = await import('@pnpm/npm-conf')
  const before = process.cwd()
  process.chdir(repoRoot)
  const settings = npmConf({}).config.snapshot
  process.chdir(before)
  return {
    ...Object.fromEntries(Object.entries(settings).filter(([key]) => /^(?:\/\/|@)|^(?:registry|proxy|ca|cert|key)$/.test(key))),
    httpsProxy: settings['https-proxy'] || undefined,
    noProxy: settings.noproxy || undefined,
    localAddress: settings['local-address'] || undefined,
    strictSSL: settings['strict-ssl'] !== false,
  }
}
