import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TrancheError } from './contract/errors'

let found: string | undefined

/**
 * The `resources` folder that came with this build, absolute. Found by going up from this very file, so it is right
 * for the bundles in `out/main`, for their chunks, inside a packaged archive, and for sources run by the tests.
 *
 * @throws TrancheError `internal` when there is none: the installation is incomplete
 */
export function resourcesDir(): string {
  found ??= search(import.meta.dirname)
  return found
}

function search(from: string): string {
  const candidate = join(from, 'resources')
  if (existsSync(join(candidate, 'catalog')))
    return candidate
  const parent = dirname(from)
  if (parent === from)
    throw new TrancheError('internal', 'The resources folder of Tranche is missing. The installation is incomplete: install it again.')
  return search(parent)
}
