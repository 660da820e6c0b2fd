import type { BrowserWindow, MenuItemConstructorOptions } from 'electron'
import process from 'node:process'
import { Menu } from 'electron'

/** The window has its own buttons for both; the menu presses them, so that there is one way to do each. */
const buttons = {
  submit: '[data-testid="file-input"]',
  about: '[data-testid="about-open"]',
} as const

/** A small menu: what a person looks for there, and nothing that the window does not have. */
export function buildMenu(window: BrowserWindow, isDevelopment: boolean): void {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Submit files…', accelerator: 'CmdOrCtrl+O', click: () => void submitFiles(window) },
        { type: 'separator' },
        { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        ...(isDevelopment ? [{ role: 'reload' } as const, { role: 'toggleDevTools' } as const, { type: 'separator' } as const] : []),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'help', submenu: [{ label: 'About this lab', click: () => void press(window, buttons.about) }] },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

/** Opens the file chooser on the jobs page, whose button takes files for any recipe. */
async function submitFiles(window: BrowserWindow): Promise<void> {
  await run(window, 'location.hash = "#/jobs"; new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown)))')
  await press(window, buttons.submit)
}

function press(window: BrowserWindow, selector: string): Promise<void> {
  return run(window, `document.querySelector(${JSON.stringify(selector)})?.click()`)
}

/** As a person's gesture, which a file chooser asks for. A page that cannot run it has nothing to press. */
async function run(window: BrowserWindow, script: string): Promise<void> {
  await window.webContents.executeJavaScript(`(async () => { await (async () => { ${script} })() })()`, true).catch(() => undefined)
}
