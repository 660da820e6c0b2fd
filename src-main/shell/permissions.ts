import type { Session, WebContents } from 'electron'
import { session } from 'electron'

/** The one thing of this list that our page asks for: copying text, on a click. */
const granted = 'clipboard-sanitized-write'

/** Lets pages have nothing of the machine: no camera, no devices, no downloads, no notifications. */
export function denyPermissions(target: Session = session.defaultSession): void {
  target.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === granted))
  target.setPermissionCheckHandler((_contents, permission) => permission === granted)
  target.setDevicePermissionHandler(() => false)
  target.on('will-download', event => event.preventDefault())
}

export interface Links {
  /** Whether the page may lead to this address by itself: its own reload in development. */
  readonly isOwn: (url: string) => boolean
  /** Whether an address is known, so that it may open in the person's browser. */
  readonly isKnown: (url: string) => Promise<boolean>
  readonly openOutside: (url: string) => void
}

/** Keeps a window on its own page: it opens no windows, goes nowhere, and embeds nothing. */
export function confine(contents: WebContents, { isOwn, isKnown, openOutside }: Links): void {
  contents.on('will-navigate', (event) => {
    if (!isOwn(event.url))
      event.preventDefault()
  })
  contents.on('will-redirect', event => event.preventDefault())
  contents.on('will-attach-webview', event => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    void openIfKnown(url)
    return { action: 'deny' }
  })

  async function openIfKnown(url: string): Promise<void> {
    if (url.startsWith('https://') && await isKnown(url))
      openOutside(url)
  }
}
