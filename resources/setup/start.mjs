/** `npm start`: the app in a window, or, where there is no display, a sample job without one. */
import process from 'node:process'
import { handOver } from './lib/child.mjs'
import { hasDisplay } from './lib/display.mjs'
import { guard, SetupFailure } from './lib/failure.mjs'
import { cacheRoot, inRepo, repoRoot } from './lib/paths.mjs'
import { sandboxFlags } from './lib/sandbox.mjs'
import { runSteps } from './lib/steps.mjs'
import { readRuntime } from './runtime/record.mjs'
import { stepsFor } from './stepsFor.mjs'

/** @param {readonly string[]} args */
async function startHeadless(args) {
  await runSteps(stepsFor('headless'))
  return handOver(process.execPath, [inRepo('out', 'main', 'cli.js'), 'sample', ...args], { env: childEnv() })
}

/** @param {readonly string[]} args */
async function startWindow(args) {
  await runSteps(stepsFor('window'))
  const runtime = readRuntime()
  if (!runtime)
    throw new SetupFailure('no runtime was chosen', 'run the same command again')
  return handOver(runtime.executable, [...sandboxFlags(), repoRoot, ...args], {
    env: { ...childEnv(), ELECTRON_RUN_AS_NODE: undefined },
  })
}

function childEnv() {
  return { ...process.env, TRANCHE_CACHE: cacheRoot() }
}

guard(() => {
  const args = process.argv.slice(2)
  const rest = args.filter(arg => arg !== '--headless')
  if (rest.length < args.length)
    return startHeadless(rest)
  if (hasDisplay())
    return startWindow(rest)
  process.stderr.write('  no display (neither DISPLAY nor WAYLAND_DISPLAY is set): running the sample job without a window\n')
  return startHeadless(rest)
})
