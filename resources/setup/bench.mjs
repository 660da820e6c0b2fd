/** `npm run bench [-- NAME...]`: the measurements in test/bench, one program each, all or those named. */
import { existsSync, readdirSync } from 'node:fs'
import process from 'node:process'
import { handOver } from './lib/child.mjs'
import { withDisplay } from './lib/display.mjs'
import { guard, SetupFailure } from './lib/failure.mjs'
import { cacheRoot, inRepo, repoRoot } from './lib/paths.mjs'
import { runSteps } from './lib/steps.mjs'
import { stepsFor } from './stepsFor.mjs'

const SUFFIX = '.bench.mjs'

function benchNames() {
  const folder = inRepo('test', 'bench')
  return existsSync(folder)
    ? readdirSync(folder).filter(name => name.endsWith(SUFFIX)).map(name => name.slice(0, -SUFFIX.length)).sort()
    : []
}

guard(async () => {
  const all = benchNames()
  const asked = process.argv.slice(2)
  const unknown = asked.find(name => !all.includes(name))
  if (unknown)
    throw new SetupFailure(`there is no measurement named ${unknown}`, all.length > 0 ? `npm run bench -- ${all.join(' ')}   (or some of them)` : `add test/bench/${unknown}${SUFFIX}`)
  const names = asked.length > 0 ? asked : all
  const opensWindow = (/** @type {string} */ name) => name.startsWith('window')
  await runSteps(stepsFor(names.some(opensWindow) ? 'virtualWindow' : 'headless'))

  let failed = 0
  for (const name of names) {
    process.stdout.write(`\n${name}\n`)
    const script = inRepo('test', 'bench', `${name}${SUFFIX}`)
    const [command, args] = opensWindow(name) ? withDisplay(process.execPath, [script]) : [process.execPath, [script]]
    if (await handOver(command, args, { cwd: repoRoot, env: { ...process.env, TRANCHE_CACHE: cacheRoot() } }) !== 0) {
      process.stderr.write(`tranche: the measurement ${name} failed\n`)
      failed++
    }
  }
  return failed > 0 ? 1 : 0
})
