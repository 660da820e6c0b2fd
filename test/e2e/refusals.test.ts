import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { appCommand, launchApp, newStateDir } from '../helpers/electronApp'
import { callFrom } from '../helpers/page'
import { serve } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

it('refuses a second app on the same state folder, naming the first', async () => {
  const { electron, page, stateDir } = await launchApp()
  await callFrom(page, 'lab.info', {})
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].hide())
  const { executable, args } = appCommand(stateDir)
  const second = await promisify(execFile)(executable, args).then(() => null, (error: { code: number, stderr: string }) => error)
  expect(second?.code).toBe(1)
  expect(second?.stderr).toMatch(new RegExp(`already open in process ${electron.process().pid}\\b.*--state`))
  expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].isVisible())).toBe(true)
  expect((await callFrom(page, 'lab.info', {})).pid).toBe(electron.process().pid)
})

it('runs two apps on two state folders side by side', async () => {
  const first = await launchApp()
  const second = await launchApp()
  const infos = await Promise.all([first, second].map(({ page }) => callFrom(page, 'lab.info', {})))
  expect(infos.map(({ stateDir }) => stateDir)).toEqual([first.stateDir, second.stateDir])
})

it('says who owns the folder when the command line does', async () => {
  const stateDir = newStateDir()
  const owner = await serve(stateDir)
  const { page, screenshot, exited, electron } = await launchApp({ stateDir, expected: /in use by process|could not open/ })
  await page.getByRole('heading', { name: 'Tranche could not start' }).waitFor()
  expect(await page.getByRole('alert').textContent()).toContain(`process ${owner.pid}`)
  await screenshot('state-owned')
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close())
  expect(await exited).toBe(1)
})

it('says that a database is newer, and leaves it alone', async () => {
  const stateDir = newStateDir()
  const db = new Database(join(stateDir, 'tranche.db'))
  db.pragma('user_version = 999')
  db.close()
  const { page, screenshot } = await launchApp({ stateDir, expected: /has version 999|could not open/ })
  await page.getByText(/version 999/).waitFor()
  await screenshot('state-newer')
})

it('says that a database is damaged', async () => {
  const stateDir = newStateDir()
  writeFileSync(join(stateDir, 'tranche.db'), 'not a database at all, but long enough to be looked at. '.repeat(100))
  const { page } = await launchApp({ stateDir, expected: /is damaged|could not open/ })
  await page.getByText(/is damaged/).waitFor()
})

it('says that the state folder is a file', async () => {
  const stateDir = join(tempDir(), 'file')
  writeFileSync(stateDir, '')
  const { page } = await launchApp({ stateDir, expected: /is a file|could not open/ })
  await page.getByText(/is a file/).waitFor()
})
