import process from 'node:process'
import { takeLock } from './lock.mjs'
import { Progress } from './progress.mjs'

/**
 * @typedef {object} Step
 * @property {string} name shown with its time when the step has something to do
 * @property {() => boolean | Promise<boolean>} needed a cheap look, made on every start
 * @property {(progress: Progress) => Promise<void>} run does it, and throws a SetupFailure when it cannot
 */

/**
 * Runs the steps that are needed, in their order, and only one set-up at a time.
 *
 * @param {readonly Step[]} steps
 * @returns {Promise<void>}
 */
export async function runSteps(steps) {
  /** @type {(() => void) | undefined} */
  let giveBack
  try {
    for (const step of steps) {
      if (!await step.needed())
        continue
      giveBack ??= await takeLock(holder => process.stderr.write(`  waiting for another set-up (process ${holder})\n`))
      if (await step.needed())
        await runStep(step)
    }
  }
  finally {
    giveBack?.()
  }
}

/** @param {Step} step */
async function runStep(step) {
  const progress = new Progress(step.name)
  try {
    await step.run(progress)
    progress.done()
  }
  catch (error) {
    progress.failed()
    throw error
  }
}
