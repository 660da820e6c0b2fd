import type { AppLog } from './appLog'
import type { PageSource } from './pageSource'
import { join } from 'node:path'
import process from 'node:process'
import { app, shell } from 'electron'
import { openIpcDoor } from '../doors/ipc'
import { statePaths } from '../store/stateDir'
import { appLog } from './appLog'
import { askBeforeClosing, closeLabBeforeQuit } from './closing'
import { watchFaults } from './faults'
import { LabOpening } from './labOpening'
import { buildMenu } from './menu'
import { pageLoader } from './pageLoader'
import { pageSource } from './pageSource'
import { confine, denyPermissions } from './permissions'
import { failureUrl, serveScheme } from './protocol'
import { bringForward, createWindow } from './window'

/**
 * The app from before `ready` to its end. The window comes first and the lab opens while the page loads: calls of the
 * page wait for the lab, and where it cannot open the window says why.
 */
export async function startDesktop(stateDir: string): Promise<void> {
  const paths = statePaths(stateDir)
  const log = appLog(paths.logs)
  watchFaults(log)
  noteStart(log, stateDir)
  await app.whenReady()

  let exitCode = 0
  const page = pageSource()
  const window = createWindow({ preload: join(app.getAppPath(), 'out', 'preload', 'preload.cjs'), windowDir: paths.window })
  // While this import goes on, the window's process is started and its page fetched.
  const opening = new LabOpening(async () => (await import('./desktopLab')).openDesktopLab(stateDir, log))
  denyPermissions()
  serveScheme({ rendererDir: join(app.getAppPath(), 'out', 'renderer'), lab: opening.opened, stateDir, failure: () => opening.failure })
  openIpcDoor({ window, lab: opening.opened, origin: page.origin, onRefused: from => log.note('a call was refused', { from }) })
  confine(window.webContents, linksOf(page, opening))
  askBeforeClosing(window, () => opening.lab?.runningJobs() ?? 0)
  const load = pageLoader(window, log)
  void opening.opened.then(async lab => (await import('./notifications')).notifyOfOwnJobs(lab, window, (job) => {
    bringForward(window)
    void load(`${page.url}#/jobs${job === null ? '' : `/${encodeURIComponent(job)}`}`)
  }), () => undefined)
  opening.onFailure((failure, thrown) => {
    exitCode = 1
    process.stderr.write(`tranche: ${failure.message}\n`)
    log.note('the lab could not open', { code: failure.code, error: thrown instanceof Error ? thrown.stack : String(thrown) })
    if (!window.isDestroyed())
      void load(failureUrl)
  })
  closeLabBeforeQuit(() => opening.close(), () => exitCode)
  void load(page.url)
  window.once('ready-to-show', () => log.note('first frame', { afterMs: Math.round(Date.now() - (process.getCreationTime() ?? 0)) }))
  buildMenu(window, page.isDevelopment)
  // Someone who starts the app while it is still closing wants it open.
  app.on('second-instance', () => window.isDestroyed() ? app.relaunch() : bringForward(window))
}

/** The line that tells which runtime an installation really has: several versions are supported. */
function noteStart(log: AppLog, stateDir: string): void {
  const { electron, chrome, node } = process.versions
  log.note(`Tranche ${app.getVersion()} on Electron ${electron}, Chromium ${chrome}, Node ${node}`, { stateDir, executable: process.execPath })
}

function linksOf({ url: own, isDevelopment }: PageSource, { opened }: LabOpening) {
  return {
    isOwn: (url: string) => isDevelopment && url.startsWith(own),
    /** The page links to the home pages of catalog entries, and to nothing else outside. */
    async isKnown(url: string): Promise<boolean> {
      const { router } = await opened
      const entries = await router.call('catalog.list', {})
      return entries.some(({ source }) => source.homepage === url)
    },
    openOutside: (url: string) => void shell.openExternal(url),
  }
}
