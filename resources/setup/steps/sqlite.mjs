/**
 * better-sqlite3 brings binaries for Node-API 10. Where Node or the runtime has an older one they crash at load, so it is
 * compiled here, against the experimental level that Node-API 9 has under another name; that build runs on newer ones too.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { SetupFailure } from '../lib/failure.mjs'
import { readIfThere, writeWhole } from '../lib/files.mjs'
import { inCache, inRepo } from '../lib/paths.mjs'
import { toolScript } from '../lib/tools.mjs'
import { readRuntime } from '../runtime/record.mjs'

const PREBUILT_NAPI = 10
const HOME = inRepo('node_modules', 'better-sqlite3')
const BINARY = 'better_sqlite3.node'
const INSTALLED = join(HOME, 'build', 'Release', BINARY)
const STAMP = join(HOME, 'build', 'Release', '.built-for')

/** Node-API of the oldest program that will load it. */
function lowestNapi() {
  return Math.min(Number(process.versions.napi), Number(readRuntime()?.napi ?? Infinity))
}

/** What a compiled binary is good for; also its name in the cache. */
function buildKey() {
  const { version } = JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8'))
  return `${version}-${process.platform}-${process.arch}-napi${lowestNapi()}`
}

function cached() {
  return inCache('sqlite', `${buildKey()}.node`)
}

function isNeeded() {
  return lowestNapi() < PREBUILT_NAPI && !(existsSync(INSTALLED) && readIfThere(STAMP) === buildKey())
}

/** @returns {boolean} whether the sqlite step will have to call a compiler */
export function sqliteNeedsCompiler() {
  return isNeeded() && !existsSync(cached())
}

/** @type {import('../lib/steps.mjs').Step} */
export const sqlite = {
  name: 'sqlite',
  needed: isNeeded,
  run: async (progress) => {
    if (existsSync(cached())) {
      install()
      if (!await whyNotLoading())
        return
      // Made on another system that shares this cache, perhaps.
      rmSync(cached())
    }
    progress.update('compiling, a minute or more')
    await compile()
    install()
    const failure = await whyNotLoading()
    if (failure) {
      rmSync(cached())
      rmSync(STAMP)
      throw new SetupFailure('the compiled SQLite does not load', 'use Node 22.14 or newer, which needs no compiling, and run the same command again', failure)
    }
  },
}

/** Compiles a copy, so that a set-up that is cut off leaves nothing half-made where it would be loaded. */
async function compile() {
  if (process.platform === 'win32')
    throw new SetupFailure(`Node ${process.versions.node} is too old for the SQLite that Tranche brings for Windows`, 'install Node 22.14 or newer and run the same command again')
  const work = inCache('sqlite', '.work')
  rmSync(work, { recursive: true, force: true })
  cpSync(HOME, work, { recursive: true, filter: source => !['build', 'prebuilds'].includes(source.slice(HOME.length + 1)) })
  const headers = resolve(dirname(process.execPath), '..')
  const hasHeaders = existsSync(join(headers, 'include', 'node', 'node_api.h'))
  const { code, output } = await capture(process.execPath, [
    toolScript('node-gyp'),
    'rebuild',
    '--release',
    '--force_build=1',
    '--jobs=max',
    ...hasHeaders ? [`--nodedir=${headers}`] : [],
  ], {
    cwd: work,
    env: {
      ...process.env,
      NODE_PATH: inRepo('node_modules'), // where node-addon-api lies, which the copy no longer sees
      CXXFLAGS: '-w -UNAPI_VERSION -DNAPI_EXPERIMENTAL -DNODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT',
    },
  })
  if (code !== 0)
    throw new SetupFailure('SQLite could not be compiled', 'mend what the compiler says above and run the same command again, or use Node 22.14 or newer', output)
  renameSync(join(work, 'build', 'Release', BINARY), cached())
  rmSync(work, { recursive: true })
}

/** Puts the cached binary where better-sqlite3 looks first. */
function install() {
  mkdirSync(dirname(INSTALLED), { recursive: true })
  const draft = `${INSTALLED}.${process.pid}`
  copyFileSync(cached(), draft)
  renameSync(draft, INSTALLED)
  writeWhole(STAMP, buildKey())
}

/**
 * Loads it in each program that will use it.
 *
 * @returns {Promise<string | undefined>} the words of the first that fails
 */
async function whyNotLoading() {
  const script = `new (require(${JSON.stringify(HOME)}))(':memory:').prepare('select 1').get()`
  for (const program of [process.execPath, readRuntime()?.executable]) {
    if (!program || !existsSync(program))
      continue
    const { code, output } = await capture(program, ['-e', script], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } })
    if (code !== 0)
      return output || `${program} ended with code ${code} while loading it`
  }
  return undefined
}
