/** `npm test [-- NAME...]`: all checks, or those named; the last line counts the tests. */
import process from 'node:process'
import { guard, SetupFailure } from './lib/failure.mjs'
import { runSteps } from './lib/steps.mjs'
import { stepsFor } from './stepsFor.mjs'
import { checks } from './testing/checks.mjs'
import { countsOf, lastLine, sum } from './testing/counts.mjs'

guard(async () => {
  const names = process.argv.slice(2)
  const unknown = names.find(name => !checks.some(check => check.name === name))
  if (unknown)
    throw new SetupFailure(`there is no check named ${unknown}`, `npm test -- ${checks.map(({ name }) => name).join(' ')}   (or some of them)`)
  const chosen = checks.filter(({ name }) => names.length === 0 || names.includes(name))

  for (const purpose of /** @type {const} */ (['sources', 'virtualWindow', 'node', 'headless'])) {
    if (chosen.some(({ needs }) => needs === purpose))
      await runSteps(stepsFor(purpose))
  }
  const results = []
  for (const check of chosen)
    results.push(await check.run())
  process.stdout.write(`${lastLine(sum(results.map(countsOf)))}\n`)
  return results.every(({ ok }) => ok) ? 0 : 1
})
