import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { readBounds, rememberBounds } from './windowBounds'

export interface WindowOptions {
  /** Absolute path of the built preload. */
  readonly preload: string
  /** Folder of Chromium's files, where the window's place is kept too. */
  readonly windowDir: string
}

/** The page's own background in both themes, so that nothing flashes before its first frame. */
const background = { dark: '#141619', light: '#f3f4f6' } as const

/** Opens the one window, hidden until its first frame is painted. The page in it has no Node and no other reach than the preload. */
export function createWindow({ preload, windowDir }: WindowOptions): BrowserWindow {
  const boundsFile = join(windowDir, 'bounds.json')
  const bounds = readBounds(boundsFile, screen.getAllDisplays().map(({ workArea }) => workArea))
  const window = new BrowserWindow({
    width: 1280,
    height: 820,
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Tranche',
    backgroundColor: backgroundNow(),
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      // Chromium would fetch its dictionaries from the network.
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => {
    if (bounds?.maximised)
      window.maximize()
    window.show()
  })
  rememberBounds(window, boundsFile)
  followTheme(window)
  return window
}

function followTheme(window: BrowserWindow): void {
  const follow = () => window.setBackgroundColor(backgroundNow())
  nativeTheme.on('updated', follow)
  window.once('closed', () => nativeTheme.off('updated', follow))
}

function backgroundNow(): string {
  return nativeTheme.shouldUseDarkColors ? background.dark : background.light
}

/** Brings the window to where the person sees it. */
export function bringForward(window: BrowserWindow): void {
  if (window.isMinimized())
    window.restore()
  window.show()
  window.focus()
}

/** Whether the person can see the window at all; a hidden one is sent no events. */
export function isShown(window: BrowserWindow): boolean {
  return !window.isDestroyed() && window.isVisible() && !window.isMinimized()
}

/** Tells when the window is shown or hidden, and once at the start. */
export function onShown(window: BrowserWindow, listener: (shown: boolean) => void): void {
  const tell = () => listener(isShown(window))
  window.on('show', tell)
  window.on('restore', tell)
  window.on('hide', tell)
  window.on('minimize', tell)
  tell()
}
