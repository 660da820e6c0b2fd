import type { ElectronApplication, Page } from 'playwright-core'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { _electron } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { readRuntime } from '../../resources/setup/runtime/record.mjs'
import { askAgainForLostAnswers } from './mainProcess'

export const repoRoot = resolve(import.meta.dirname, '..', '..')
export const samplesDir = join(repoRoot, 'resources', 'samples')
const screenshotsDir = join(repoRoot, 'test-results', 'screenshots')

/** For `expect.poll`: how long something may take on a busy machine, and how often to look. */
export const patience = { timeout: 60_000, interval: 50 }

/** What a native dialog said, instead of being shown. */
export interface ShownDialog {
  readonly message: string
  readonly detail: string
  readonly buttons: readonly string[]
}

export interface LaunchOptions {
  /** A new one, removed at the end, if absent. */
  readonly stateDir?: string
  /** Console messages and start-up lines of this kind are part of the test and no error. */
  readonly expected?: RegExp
}

export interface AppUnderTest {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly stateDir: string
  /** Saved as `test-results/screenshots/NAME.png`. */
  readonly screenshot: (name: string) => Promise<void>
  /** Which button native dialogs answer from now on; the first one until this is called. */
  readonly answerDialogs: (button: number) => Promise<void>
  readonly dialogs: () => Promise<ShownDialog[]>
  /** Errors of the page's console, exceptions in it, and what the main process complained about. */
  readonly errors: readonly string[]
  /** Resolves with the exit code of the main process. */
  readonly exited: Promise<number | null>
  /** Ends the app as a person does, and fails the test for any error it met. */
  readonly quit: () => Promise<void>
}

/** The executable and the arguments that start the app on a state folder, as the set-up's `npm start` does. */
export function appCommand(stateDir: string): { executable: string, args: string[] } {
  const runtime = readRuntime()
  if (!runtime)
    throw new Error('No Electron was chosen for this machine yet. Run: npm start')
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return { executable: runtime.executable, args: [...sandbox, repoRoot, '--state', stateDir] }
}

/** A folder for a lab, removed when the running test ends. */
export function newStateDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tranche-e2e-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }))
  return folder
}

/** Starts the built app and waits for its window. It is quit when the test ends, if the test has not done so itself. */
export async function launchApp({ stateDir = newStateDir(), expected }: LaunchOptions = {}): Promise<AppUnderTest> {
  const { executable, args } = appCommand(stateDir)
  const electron = await _electron.launch({ executablePath: executable, args, cwd: repoRoot, env: environment() })
  askAgainForLostAnswers(electron)
  const child = electron.process()
  const exited = new Promise<number | null>(done => child.once('exit', done))
  const errors: string[] = []
  const note = (text: string) => {
    if (!expected?.test(text))
      errors.push(text)
  }
  child.stderr?.on('data', chunk => String(chunk).split('\n').filter(line => line.startsWith('tranche:')).forEach(note))
  await stubDialogs(electron)
  const page = await electron.firstWindow()
  page.on('console', message => message.type() === 'error' && note(message.text()))
  page.on('pageerror', error => note(error.stack ?? error.message))
  let hasQuit = false

  async function quit(): Promise<void> {
    if (!hasQuit) {
      hasQuit = true
      const deadline = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await electron.close().catch(() => undefined)
      await exited
      clearTimeout(deadline)
    }
    if (errors.length > 0)
      throw new Error(`The app met errors:\n${errors.join('\n')}`)
  }
  onTestFinished(quit)

  return {
    electron,
    page,
    stateDir,
    errors,
    exited,
    quit,
    async screenshot(name) {
      mkdirSync(screenshotsDir, { recursive: true })
      await page.screenshot({ path: join(screenshotsDir, `${name}.png`) })
    },
    answerDialogs: button => electron.evaluate((_electron, answer) => void Object.assign(globalThis, { dialogAnswer: answer }), button),
    dialogs: () => electron.evaluate(() => (globalThis as unknown as Stub).shownDialogs),
  }
}

/** What the main process of the app under test holds of its dialogs. */
interface Stub {
  dialogAnswer: number
  shownDialogs: ShownDialog[]
}

/** A native dialog would wait for a click that no test can make. */
async function stubDialogs(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ dialog }) => {
    const stub: Stub = Object.assign(globalThis, { dialogAnswer: 0, shownDialogs: [] })
    dialog.showMessageBox = (async (...given: unknown[]) => {
      const { message, detail = '', buttons = [] } = given.at(-1) as Electron.MessageBoxOptions
      stub.shownDialogs.push({ message, detail, buttons })
      return { response: stub.dialogAnswer, checkboxChecked: false }
    }) as typeof dialog.showMessageBox
  })
}

/** Without what a terminal of an editor or of the test runner itself would change in the app. */
function environment(): Record<string, string> {
  const { ELECTRON_RUN_AS_NODE: _asNode, NODE_OPTIONS: _options, ELECTRON_RENDERER_URL: _dev, ...rest } = process.env
  return Object.fromEntries(Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
