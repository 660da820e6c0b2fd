import { join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { launchApp, newStateDir, patience, samplesDir } from '../helpers/electronApp'
import { tell } from '../helpers/mainProcess'
import { callFrom } from '../helpers/page'

/** More than are read in one batch, so that something is left when the first are done. */
const pictures = Array.from({ length: 9 }, () => join(samplesDir, 'rack-label.png'))

it('finishes a job whose worker was killed from outside', async () => {
  const { page, screenshot } = await launchApp()
  const { id } = await callFrom(page, 'jobs.submit', { recipe: 'ocr', inputs: pictures })
  await page.evaluate(id => void (window.location.hash = `#/jobs/${id}`), id)
  await expect.poll(async () => (await callFrom(page, 'jobs.get', { id })).counts.done, patience).toBeGreaterThan(0)
  const [{ pid }] = await callFrom(page, 'devices.use', {})
  process.kill(pid, 'SIGKILL')

  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  const job = await callFrom(page, 'jobs.get', { id })
  expect(job.counts).toEqual({ total: 9, done: 9, failed: 0 })
  expect(job.crashes).toBe(1)
  await screenshot('after-worker-kill')
})

it('goes on with its jobs after the whole app was killed', async () => {
  const stateDir = newStateDir()
  const first = await launchApp({ stateDir })
  const { id } = await callFrom(first.page, 'jobs.submit', { recipe: 'ocr', inputs: pictures })
  await expect.poll(async () => (await callFrom(first.page, 'jobs.get', { id })).counts.done, patience).toBeGreaterThan(0)
  first.electron.process().kill('SIGKILL')
  await first.exited

  const { page } = await launchApp({ stateDir })
  await page.evaluate(id => void (window.location.hash = `#/jobs/${id}`), id)
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  expect((await callFrom(page, 'jobs.get', { id })).counts).toEqual({ total: 9, done: 9, failed: 0 })
})

it('loads the page again when its process dies', async () => {
  const { electron, page } = await launchApp({ expected: /page of the window died/ })
  await page.getByTestId('run-sample').waitFor()
  const reloaded = electron.evaluate(({ BrowserWindow }) => new Promise<void>(done => BrowserWindow.getAllWindows()[0].webContents.once('did-finish-load', () => done())))
  await tell(electron, ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.forcefullyCrashRenderer())
  await reloaded
  const text = await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.executeJavaScript('document.body.textContent') as Promise<string>)
  expect(text).toContain('Devices')
})
