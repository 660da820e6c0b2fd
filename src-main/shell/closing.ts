import type { BrowserWindow } from 'electron'
import process from 'node:process'
import { app, dialog, session } from 'electron'

/** How long the lab may take to stop its workers and close its database; every commit is durable, so then it is left. */
const closeDeadlineMs = 10_000

/** Asks before the window closes over running jobs. Signals from outside (a logout, `kill`) are not asked about. */
export function askBeforeClosing(window: BrowserWindow, runningJobs: () => number): void {
  let asking = false
  let agreed = false

  async function ask(running: number): Promise<void> {
    asking = true
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      title: 'Tranche',
      message: running === 1 ? 'A job is running' : `${running} jobs are running`,
      detail: 'Stopping keeps all results so far. The jobs go back to the queue and go on from their last checkpoint when Tranche is opened again.',
      buttons: ['Stop and resume next time', 'Cancel'],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    asking = false
    if (response !== 0 || window.isDestroyed())
      return
    agreed = true
    window.close()
  }

  window.on('close', (event) => {
    const running = agreed ? 0 : runningJobs()
    if (running === 0)
      return
    event.preventDefault()
    if (!asking)
      void ask(running)
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      agreed = true
      app.quit()
    })
  }
  app.on('window-all-closed', () => app.quit())
}

/** Holds the app until the lab is closed, then ends it with `exitCode()`. */
export function closeLabBeforeQuit(closeLab: () => Promise<void>, exitCode: () => number): void {
  let closing = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (closing)
      return
    closing = true
    session.defaultSession.flushStorageData()
    const deadline = new Promise<void>(resolve => setTimeout(resolve, closeDeadlineMs))
    void Promise.race([closeLab(), deadline]).finally(() => app.exit(exitCode()))
  })
}
