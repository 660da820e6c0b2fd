import type { Lab } from '../lab'
import type { AppLog } from './appLog'
import process from 'node:process'
import { serveSocket } from '../doors/socket/server'
import { openLab } from '../lab'
import { describeRunning } from './runtimeInfo'
import { utilityProcessHost } from './utilityProcessHost'
import { limitLines } from './workerLog'

/**
 * Opens the lab of the window, and its socket for the command line. Imported only when the window is already loading:
 * what the lab is made of takes longer to load than the window does to appear.
 *
 * @throws TrancheError whatever `openLab` throws
 */
export async function openDesktopLab(stateDir: string, log: AppLog): Promise<Lab> {
  const { electron = '', chrome = '' } = process.versions
  const lab = await openLab({
    stateDir,
    owner: 'app',
    runJobs: true,
    runtime: describeRunning({ electron, chromium: chrome, executable: process.execPath }),
    processHost: utilityProcessHost({ onLog: limitLines((worker, line) => log.note(line, { worker })) }),
  })
  const socket = await serveSocket(lab).catch((thrown: unknown) => {
    log.fault('the command line cannot reach this app: its socket could not be opened', thrown)
    return null
  })
  return {
    ...lab,
    async close() {
      await socket?.close()
      await lab.close()
    },
  }
}
