import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { SetupFailure } from '../lib/failure.mjs'
import { readIfThere, writeWhole } from '../lib/files.mjs'
import { inCache } from '../lib/paths.mjs'

/**
 * The Electron that was chosen, and what it is made of.
 *
 * @typedef {object} RuntimeRecord
 * @property {string} electron its version
 * @property {string} chromium its Chromium's version
 * @property {string} node its Node's version
 * @property {string} modules the ABI number of native modules
 * @property {string} napi the highest Node-API version
 * @property {'download' | 'package' | 'custom'} source Electron's own download, a package from the registry, or a person's own
 * @property {string} executable an absolute path
 * @property {string} declared the version package.json asked for when the choice was made
 * @property {string} chosenBecause for a person
 */

/** @returns {RuntimeRecord | undefined} the runtime chosen last, or nothing before the first choice */
export function readRuntime() {
  const text = readIfThere(inCache('runtime.json'))
  return text === undefined ? undefined : JSON.parse(text)
}

/** @param {RuntimeRecord} record */
export function writeRuntime(record) {
  writeWhole(inCache('runtime.json'), `${JSON.stringify(record, null, 2)}\n`)
}

/**
 * Starts an Electron as plain Node and asks for its versions; a runtime that passes has all the libraries it links to.
 *
 * @param {string} executable
 * @returns {Promise<Pick<RuntimeRecord, 'electron' | 'chromium' | 'node' | 'modules' | 'napi'>>} as the runtime itself tells them
 * @throws {SetupFailure} with the system's own words when it does not start
 */
export async function askVersions(executable) {
  const { code, output } = await capture(executable, ['-p', 'JSON.stringify(process.versions)'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
  })
  const json = output.split('\n').find(line => line.startsWith('{'))
  const versions = code === 0 && json ? JSON.parse(json) : {}
  if (!versions.electron)
    throw new SetupFailure(`${executable} does not start as an Electron`, 'install the library it names above, or choose another with TRANCHE_RUNTIME=/path/to/electron', output)
  return { electron: versions.electron, chromium: versions.chrome, node: versions.node, modules: versions.modules, napi: versions.napi }
}
