import type { BrowserWindow, IpcMainInvokeEvent } from 'electron'
import type { Answer } from '../contract/router'
import type { Lab } from '../lab'
import { ipcMain } from 'electron'
import { onShown } from '../shell/window'

/** The preload has the same two names. */
const callChannel = 'tranche:call'
const eventChannel = 'tranche:event'

export interface IpcDoor {
  readonly window: BrowserWindow
  /** Calls that come before the lab is open wait for it. */
  readonly lab: Promise<Lab>
  /** Origin of the window's own page. */
  readonly origin: string
  /** A call came from a page that is not ours, and was refused. */
  readonly onRefused: (from: string) => void
}

/**
 * Answers the calls of the window's own page, and of nothing else, and tells it what happens in the lab. What brings the
 * schema library along is imported only once the lab has loaded it anyway: this file stands before the first frame.
 */
export function openIpcDoor({ window, lab, origin, onRefused }: IpcDoor): void {
  ipcMain.handle(callChannel, async (event, name: unknown, input: unknown): Promise<Answer> => {
    if (!isOwnPage(event, window, origin)) {
      onRefused(event.senderFrame?.url ?? 'a page that is gone')
      throw new Error('This page may not call the lab.')
    }
    try {
      const { router } = await lab
      return await router.answer(name, input)
    }
    catch (thrown) {
      const { toErrorShape } = await import('../contract/errors')
      return { ok: false, error: toErrorShape(thrown) }
    }
  })
  void lab.then(opened => tellEvents(window, opened), () => undefined)
}

async function tellEvents(window: BrowserWindow, lab: Lab): Promise<void> {
  const { openEventGate } = await import('../shell/eventGate')
  if (window.isDestroyed())
    return
  const gate = openEventGate(lab, (name, payload) => {
    if (!window.isDestroyed())
      window.webContents.send(eventChannel, name, payload)
  })
  onShown(window, gate.show)
  window.once('closed', gate.close)
}

function isOwnPage({ sender, senderFrame }: IpcMainInvokeEvent, window: BrowserWindow, origin: string): boolean {
  return !window.isDestroyed() && sender === window.webContents && senderFrame !== null && senderFrame.parent === null && senderFrame.origin === origin
}
