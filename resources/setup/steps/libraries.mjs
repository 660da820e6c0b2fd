import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { SetupFailure } from '../lib/failure.mjs'
import { onPath } from '../lib/files.mjs'

/**
 * A file that must be there, and the Debian package that brings it. From Debian 13 and Ubuntu 24.04 on, some names end in
 * `t64`; which one exists is asked when it is missing.
 *
 * @typedef {{library: string, package: string} | {program: string, package: string}} Need
 */

/**
 * What the programs that set-up does not bring along itself link to (`readelf -d` of the runtime) or call.
 *
 * @type {Record<'window' | 'virtualDisplay' | 'compiler', readonly Need[]>}
 */
const needs = {
  window: [
    { library: 'libgtk-3.so.0', package: 'libgtk-3-0' },
    { library: 'libnss3.so', package: 'libnss3' },
    { library: 'libasound.so.2', package: 'libasound2' },
    { library: 'libgbm.so.1', package: 'libgbm1' },
    { library: 'libXss.so.1', package: 'libxss1' },
    { library: 'libatk-bridge-2.0.so.0', package: 'libatk-bridge2.0-0' },
    { library: 'libatspi.so.0', package: 'libatspi2.0-0' },
    { library: 'libcups.so.2', package: 'libcups2' },
    { library: 'libdrm.so.2', package: 'libdrm2' },
    { library: 'libdbus-1.so.3', package: 'libdbus-1-3' },
    { library: 'libxkbcommon.so.0', package: 'libxkbcommon0' },
    { library: 'libXcomposite.so.1', package: 'libxcomposite1' },
    { library: 'libXdamage.so.1', package: 'libxdamage1' },
    { library: 'libXrandr.so.2', package: 'libxrandr2' },
  ],
  virtualDisplay: [
    { program: 'Xvfb', package: 'xvfb' },
    { program: 'xvfb-run', package: 'xvfb' },
    { program: 'xauth', package: 'xauth' },
  ],
  compiler: [
    { program: 'g++', package: 'g++' },
    { program: 'make', package: 'make' },
    { program: 'python3', package: 'python3' },
  ],
}

const TRIPLETS = /** @type {Record<string, string>} */ ({ x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' })

/** @param {Need} need */
function isThere(need) {
  if ('program' in need)
    return onPath(need.program)
  const triplet = TRIPLETS[process.arch] ?? ''
  return [`/usr/lib/${triplet}`, `/lib/${triplet}`, '/usr/lib64', '/usr/lib', '/usr/local/lib'].some(folder => existsSync(join(folder, need.library)))
}

/**
 * @param {readonly Need[]} wanted
 * @returns {string[]} the Debian packages (by their old names) that are missing, each once
 */
function missingPackages(wanted) {
  return [...new Set(wanted.filter(need => !isThere(need)).map(need => need.package))]
}

/**
 * @param {readonly string[]} names
 * @param {(name: string) => boolean} exists whether this system's package lists know a name
 * @returns {string[]} the names as this system spells them
 */
export function spelledFor(names, exists) {
  return names.map(name => exists(`${name}t64`) ? `${name}t64` : name)
}

/**
 * @param {readonly string[]} names
 * @returns {string} the command an administrator types
 */
export function installCommand(names) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`
}

/** @param {readonly string[]} names */
async function askSpelling(names) {
  const { output } = await capture('apt-cache', ['pkgnames'])
  const known = new Set(output.split('\n'))
  return spelledFor(names, name => known.has(name))
}

/** @type {Promise<unknown> | undefined} once is enough for all purposes */
let listsRead

/**
 * @param {readonly string[]} names
 * @param {import('../lib/progress.mjs').Progress} progress
 */
async function install(names, progress) {
  if (process.getuid?.() !== 0) {
    const spelled = await askSpelling(names)
    throw new SetupFailure(`missing from this system: ${spelled.join(', ')}`, installCommand(spelled))
  }
  progress.update('reading the package lists')
  // Its failure is not fatal: older lists may do, and if not, the installation below says so.
  listsRead ??= capture('apt-get', ['update', '-q'])
  await listsRead
  const spelled = await askSpelling(names)
  progress.update(spelled.join(' '))
  const { code, output } = await capture('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...spelled], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (code !== 0)
    throw new SetupFailure('apt-get could not install the system libraries', `see its words above, then: ${installCommand(spelled)}`, output)
}

/**
 * Brings what must come from the system's own package manager. Only where that is apt: elsewhere the runtime's own first
 * start names the library it lacks.
 *
 * @param {keyof typeof needs} purpose
 * @param {() => boolean | Promise<boolean>} [wanted] whether the purpose is given at all
 * @returns {import('../lib/steps.mjs').Step} a step that has nothing to do elsewhere
 */
export function libraries(purpose, wanted = () => true) {
  const names = { window: 'window libraries', virtualDisplay: 'virtual display', compiler: 'compiler' }
  return {
    name: names[purpose],
    needed: async () => process.platform === 'linux' && onPath('apt-get')
      && missingPackages(needs[purpose]).length > 0 && await wanted(),
    run: progress => install(missingPackages(needs[purpose]), progress),
  }
}
