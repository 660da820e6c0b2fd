/** `npm run dev`: the app with hot reload. */
import process from 'node:process'
import { handOver } from './lib/child.mjs'
import { hasDisplay } from './lib/display.mjs'
import { guard, SetupFailure } from './lib/failure.mjs'
import { cacheRoot, repoRoot } from './lib/paths.mjs'
import { whyNoSandbox } from './lib/sandbox.mjs'
import { runSteps } from './lib/steps.mjs'
import { toolScript } from './lib/tools.mjs'
import { readRuntime } from './runtime/record.mjs'
import { forgetBuild, OLDEST_ELECTRON } from './steps/build.mjs'
import { stepsFor } from './stepsFor.mjs'

guard(async () => {
  if (!hasDisplay())
    throw new SetupFailure('there is no display to open a window on', 'set DISPLAY, or run: npm start -- --headless')
  await runSteps(stepsFor('dev'))
  forgetBuild()
  return handOver(process.execPath, [toolScript('electron-vite'), 'dev', '--watch', '--', ...process.argv.slice(2)], {
    cwd: repoRoot,
    env: {
      ...process.env,
      TRANCHE_CACHE: cacheRoot(),
      ELECTRON_EXEC_PATH: readRuntime()?.executable,
      ELECTRON_MAJOR_VER: OLDEST_ELECTRON,
      ...whyNoSandbox() ? { NO_SANDBOX: '1' } : {},
    },
  })
})
