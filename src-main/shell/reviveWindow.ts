import type { BrowserWindow } from 'electron'
import type { AppLog } from './appLog'
import { performance } from 'node:perf_hooks'

/** A page that dies again this soon after its last death would only go on dying. */
const patienceMs = 10_000

/** Loads the page again when its process dies: the lab lives in the main process and has lost nothing. */
export function reviveWindow(window: BrowserWindow, url: string, log: AppLog): void {
  let lastDeathMs = -Infinity

  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit')
      return
    log.fault('the page of the window died', `${reason}, exit code ${exitCode}`)
    const nowMs = performance.now()
    if (nowMs - lastDeathMs > patienceMs)
      window.loadURL(url).catch((thrown: unknown) => log.fault('the page could not be loaded again', thrown))
    lastDeathMs = nowMs
  })
  window.webContents.on('unresponsive', () => log.note('the page does not answer'))
}
