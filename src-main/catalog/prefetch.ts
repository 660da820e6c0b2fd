import type { CatalogOptions } from './catalog'
import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { toErrorShape } from '../contract/errors'
import { openBlobStore } from './blobStore'
import { cachedModelsDir, cachedPartialDir } from './cacheDir'
import { readDefinitions } from './definitions'
import { defaultsPresent, prefetchDefaults } from './prefetchDefaults'

/**
 * Program of the set-up: fetches the default models into the cache, so that a first job needs no network.
 * Prints its progress as one JSON object a line; a failure is one line on standard error and status 1.
 * `--check` only tells, by its status, whether they are there.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const options: CatalogOptions = {
    entries: readDefinitions(),
    blobs: openBlobStore(cachedModelsDir(), { readOnly: values.check }),
    partialDir: cachedPartialDir(),
  }
  if (values.check)
    return defaultsPresent(options) ? 0 : 1
  await prefetchDefaults(options, at => console.log(JSON.stringify(at)))
  return 0
}

main().catch((error) => {
  // Written at once: the process may be ended as soon as its status is known.
  writeSync(process.stderr.fd, `${toErrorShape(error).message.replace(/\s*\n\s*/g, ' ')}\n`)
  return 1
}).then((status) => {
  process.exitCode = status
})
