import type { BrowserWindow } from 'electron'
import type { AppLog } from './appLog'
import { performance } from 'node:perf_hooks'

/** A page that dies again this soon after its last death would only go on dying. */
const patienceMs = 10_000

/**
 * Returns what loads a page into the window, and loads that page again when its process dies: the lab lives in the main
 * process and has lost nothing. Call it after `askBeforeClosing`, whose answer it heeds.
 */
export function pageLoader(window: BrowserWindow, log: AppLog): (url: string) => Promise<void> {
  let shownUrl = ''
  let lastDeathMs = -Infinity
  let isClosing = false

  let loading = Promise.resolve()

  /** One load after the other: of two at once, Electron tells the end of the first to the second, and may show neither. */
  function load(url: string): Promise<void> {
    shownUrl = url
    loading = loading.then(() => show(url))
    return loading
  }

  async function show(url: string): Promise<void> {
    try {
      if (url === shownUrl && !window.isDestroyed())
        await window.loadURL(url)
    }
    catch (thrown) {
      // A window that was closed meanwhile is no fault, nor is a page that someone wanted to go to and was not let:
      // Electron tells its refusal to the load that is not yet done.
      if (!isClosing && !isOfOtherPage(thrown, url))
        log.fault(`${url} could not be loaded`, thrown)
    }
  }

  window.on('close', event => isClosing = !event.defaultPrevented)
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit')
      return
    log.fault('the page of the window died', `${reason}, exit code ${exitCode}`)
    const nowMs = performance.now()
    if (nowMs - lastDeathMs > patienceMs)
      void load(shownUrl)
    lastDeathMs = nowMs
  })
  window.webContents.on('unresponsive', () => log.note('the page does not answer'))
  return load
}

/** Whether Electron tells of a page that is not the one it was asked for. */
function isOfOtherPage(thrown: unknown, url: string): boolean {
  return thrown instanceof Error && 'url' in thrown && typeof thrown.url === 'string' && URL.canParse(thrown.url)
    && new URL(thrown.url).href !== new URL(url).href
}
