import { hasDisplay } from './lib/display.mjs'
import { build } from './steps/build.mjs'
import { libraries } from './steps/libraries.mjs'
import { models } from './steps/models.mjs'
import { packages } from './steps/packages.mjs'
import { runtime } from './steps/runtime.mjs'
import { sqlite, sqliteNeedsCompiler } from './steps/sqlite.mjs'

const database = [libraries('compiler', sqliteNeedsCompiler), sqlite]
const electron = [libraries('window'), runtime]
/** The models are fetched by a program of the build; otherwise hot reload needs none. */
const buildForModels = { ...build, needed: async () => await models.needed() && await build.needed() }

/**
 * What each purpose needs, in order. The runtime comes before SQLite: SQLite is made for what it finds there.
 *
 * @type {Record<'sources' | 'node' | 'headless' | 'dev' | 'window' | 'virtualWindow' | 'build', readonly import('./lib/steps.mjs').Step[]>}
 */
const steps = {
  sources: [packages],
  build: [packages, build],
  node: [packages, ...database],
  headless: [packages, ...database, build, models],
  dev: [packages, ...electron, ...database, buildForModels, models],
  window: [packages, ...electron, ...database, build, models],
  virtualWindow: [packages, libraries('virtualDisplay', () => !hasDisplay()), ...electron, ...database, build, models],
}

/**
 * @param {keyof typeof steps} purpose
 * @returns {readonly import('./lib/steps.mjs').Step[]} for runSteps
 */
export function stepsFor(purpose) {
  return steps[purpose]
}
