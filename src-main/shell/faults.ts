import type { AppLog } from './appLog'
import process from 'node:process'
import { app, dialog } from 'electron'

/**
 * Shows and logs what nothing caught. The person decides: what was asked of the lab may still be answered, and stopping
 * loses nothing, as jobs go on from their last checkpoint.
 */
export function watchFaults(log: AppLog): void {
  let asking = false

  async function report(what: string, thrown: unknown): Promise<void> {
    log.fault(what, thrown)
    if (asking || !app.isReady())
      return
    asking = true
    const { response } = await dialog.showMessageBox({
      type: 'error',
      title: 'Tranche',
      message: 'Tranche met a fault of its own',
      detail: `${thrown instanceof Error ? thrown.message : String(thrown)}\n\nJobs and results are safe: after a restart they go on from their last checkpoint. The log has the details: ${log.file}`,
      buttons: ['Quit', 'Go on'],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    asking = false
    if (response === 0)
      app.exit(1)
  }

  process.on('uncaughtException', thrown => void report('uncaught exception', thrown))
  process.on('unhandledRejection', thrown => void report('unhandled rejection', thrown))
}
