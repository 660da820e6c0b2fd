#!/usr/bin/env node
/** `npm run -s tranche -- VERB`, and the package's own command: the CLI, set up first if something is missing. */
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { setUpExtras } from './extras.mjs'
import { guard } from './lib/failure.mjs'
import { cacheRoot, inRepo } from './lib/paths.mjs'
import { runSteps } from './lib/steps.mjs'
import { stepsFor } from './stepsFor.mjs'

guard(async () => {
  const [verb, ...rest] = process.argv.slice(2)
  if (verb === 'setup')
    return setUpExtras(rest)
  await runSteps(stepsFor('headless'))
  process.env.TRANCHE_CACHE = cacheRoot()
  await import(pathToFileURL(inRepo('out', 'main', 'cli.js')).href)
})
