import { createRequire } from 'node:module'

/** The library that calls functions of the system. Loaded only where it is needed, because it throws where it was not built for. */
export function loadKoffi(): typeof import('koffi') {
  return createRequire(import.meta.url)('koffi') as typeof import('koffi')
}
