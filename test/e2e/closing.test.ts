import type { ElectronApplication } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { launchApp, newStateDir, patience, samplesDir } from '../helpers/electronApp'
import { tell } from '../helpers/mainProcess'
import { callFrom } from '../helpers/page'

const picture = join(samplesDir, 'rack-label.png')

function closeWindow(electron: ElectronApplication): Promise<void> {
  return electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
}

it('asks before it closes over a running job, and goes on with it next time', async () => {
  const stateDir = newStateDir()
  const first = await launchApp({ stateDir })
  const { id } = await callFrom(first.page, 'jobs.submit', { recipe: 'ocr', inputs: Array.from({ length: 6 }, () => picture) })
  await expect.poll(async () => (await callFrom(first.page, 'jobs.get', { id })).counts.done, patience).toBeGreaterThan(0)

  await first.answerDialogs(1)
  await closeWindow(first.electron)
  await expect.poll(first.dialogs, patience).toEqual([{ message: 'A job is running', detail: expect.stringContaining('last checkpoint'), buttons: ['Stop and resume next time', 'Cancel'] }])
  await sleep(300)
  expect((await callFrom(first.page, 'jobs.get', { id })).state).toBe('running')

  await first.answerDialogs(0)
  await closeWindow(first.electron)
  expect(await first.exited).toBe(0)

  const { page } = await launchApp({ stateDir })
  const resumed = await callFrom(page, 'jobs.get', { id })
  expect(resumed.counts.done).toBeGreaterThan(0)
  await page.evaluate(id => void (window.location.hash = `#/jobs/${id}`), id)
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  expect((await callFrom(page, 'jobs.get', { id })).counts).toEqual({ total: 6, done: 6, failed: 0 })
})

it('closes without asking when nothing runs, and remembers where its window was', async () => {
  const stateDir = newStateDir()
  const first = await launchApp({ stateDir })
  await first.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setBounds({ x: 40, y: 30, width: 900, height: 600 }))
  await closeWindow(first.electron)
  expect(await first.exited).toBe(0)

  const second = await launchApp({ stateDir })
  expect(await second.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getBounds())).toMatchObject({ width: 900, height: 600 })
  expect(readFileSync(join(stateDir, 'logs', 'desktop.log'), 'utf8')).toMatch(/Tranche \d+\.\d+\.\d+ on Electron \d+/)
})

it('stops for a signal without asking', async () => {
  const { page, electron, exited, dialogs } = await launchApp()
  const { id } = await callFrom(page, 'jobs.submit', { recipe: 'ocr', inputs: Array.from({ length: 50 }, () => picture) })
  await expect.poll(async () => (await callFrom(page, 'jobs.get', { id })).state, patience).toBe('running')
  expect(await dialogs()).toEqual([])
  electron.process().kill('SIGTERM')
  expect(await exited).toBe(0)
})

it('shows and logs what nothing caught, and goes on if asked to', async () => {
  const { page, electron, dialogs, answerDialogs, stateDir } = await launchApp({ expected: /uncaught exception|unhandled rejection|^ +at / })
  await answerDialogs(1)
  await tell(electron, () => void setTimeout(() => {
    throw new Error('a fault on purpose')
  }))
  await expect.poll(dialogs, patience).toEqual([{ message: 'Tranche met a fault of its own', detail: expect.stringContaining('a fault on purpose'), buttons: ['Quit', 'Go on'] }])
  await tell(electron, () => void Promise.reject(new Error('a rejection on purpose')))
  await expect.poll(async () => (await dialogs()).length, patience).toBe(2)
  expect((await callFrom(page, 'lab.info', {})).owner).toBe('app')
  const log = readFileSync(join(stateDir, 'logs', 'desktop.log'), 'utf8')
  expect(log).toContain('a fault on purpose')
  expect(log).toContain('a rejection on purpose')
})
