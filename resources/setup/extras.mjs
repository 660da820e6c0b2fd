import process from 'node:process'
import { SetupFailure } from './lib/failure.mjs'
import { runSteps } from './lib/steps.mjs'
import { cudaStep } from './steps/cuda.mjs'
import { packages } from './steps/packages.mjs'

/** What is set up only when a person asks for it by name. */
const extras = { cuda: cudaStep }

/**
 * `tranche setup NAME`.
 *
 * @param {readonly string[]} names
 * @returns {Promise<void>}
 */
export async function setUpExtras(names) {
  const unknown = names.find(name => !Object.hasOwn(extras, name))
  if (names.length === 0 || unknown !== undefined)
    throw new SetupFailure(unknown === undefined ? 'nothing to set up was named' : `there is nothing to set up that is called ${unknown}`, `npm run -s tranche -- setup ${Object.keys(extras).join('|')}`)
  await runSteps([packages])
  for (const name of /** @type {(keyof typeof extras)[]} */ (names)) {
    const step = extras[name]()
    const isNeeded = await step.needed()
    await runSteps([step])
    process.stderr.write(isNeeded ? `  ${name} is set up; start Tranche anew to use it\n` : `  ${name} is there already\n`)
  }
}
