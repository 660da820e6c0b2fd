import { readIfThere } from '../lib/files.mjs'

/**
 * @typedef {{passed: number, failed: number, skipped: number}} Counts
 */

/** @type {Counts} */
const nothing = { passed: 0, failed: 0, skipped: 0 }

/**
 * What a step adds to the sum. A step that failed without a failed test of its own (lint, types, a suite that does not even
 * load) counts as one failure, so that the last line never says "0 failed" for a run that failed.
 *
 * @param {{ok: boolean, tests?: Counts}} step
 * @returns {Counts} to be added up
 */
export function countsOf({ ok, tests = nothing }) {
  return ok ? tests : { ...tests, failed: Math.max(1, tests.failed) }
}

/**
 * @param {readonly Counts[]} all
 * @returns {Counts} of the whole run
 */
export function sum(all) {
  return all.reduce((total, one) => ({
    passed: total.passed + one.passed,
    failed: total.failed + one.failed,
    skipped: total.skipped + one.skipped,
  }), nothing)
}

/**
 * @param {Counts} counts
 * @returns {string} the last line of `npm test`
 */
export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * Reads the report of vitest's json reporter.
 *
 * @param {string} file
 * @returns {Counts | undefined} nothing when vitest ended before it could write one
 */
export function readReport(file) {
  const text = readIfThere(file)
  if (text === undefined)
    return undefined
  const report = JSON.parse(text)
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + report.numTodoTests }
}
