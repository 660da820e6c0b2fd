/** `npm run build`: the app's code, whether or not it changed. */
import process from 'node:process'
import { guard } from './lib/failure.mjs'
import { runSteps } from './lib/steps.mjs'
import { build } from './steps/build.mjs'
import { stepsFor } from './stepsFor.mjs'

guard(async () => {
  await runSteps(stepsFor('sources'))
  await runSteps([{ ...build, needed: () => true }])
  process.stderr.write('  the app is in out/\n')
})
