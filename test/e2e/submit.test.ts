import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { launchApp, patience, samplesDir } from '../helpers/electronApp'
import { callFrom, dropFiles } from '../helpers/page'
import { tempDir } from '../helpers/tempDir'

const picture = join(samplesDir, 'rack-label.png')

it('takes a dropped picture through the dialog to its text', async () => {
  const { page, screenshot } = await launchApp()
  await page.getByTestId('run-sample').waitFor()
  await dropFiles(page, [picture])
  await page.getByTestId('submit-dialog').waitFor()
  await screenshot('submit-dialog')
  await page.getByTestId('submit-confirm').click()
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  await page.getByTestId('ocr-line').filter({ hasText: /gpu-node-07/i }).first().waitFor()
  const [job] = await callFrom(page, 'jobs.list', {})
  const { items } = await callFrom(page, 'jobs.get', { id: job.id })
  expect(items.map(({ input }) => input)).toEqual([picture])
})

it('takes chosen files by their paths as well', async () => {
  const { page } = await launchApp()
  await page.getByTestId('nav-jobs').click()
  await page.getByTestId('file-input').setInputFiles([picture])
  await page.getByTestId('submit-confirm').click()
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
})

it('refuses a file that lies nowhere, and says what to do', async () => {
  const { page } = await launchApp()
  const answer = await page.evaluate(() => window.tranche?.call('jobs.submit', { recipe: 'ocr', inputs: [new File(['x'], 'pasted.png')] }))
  expect(answer).toMatchObject({ ok: false, error: { code: 'unreadable_input', message: expect.stringMatching(/pasted\.png.*Save it/), retryable: false } })
})

it('cancels a running job of many pictures and retries it as a new one', async () => {
  const { page, screenshot } = await launchApp()
  const { id } = await callFrom(page, 'jobs.submit', { recipe: 'ocr', inputs: Array.from({ length: 200 }, () => picture) })
  await page.getByTestId('nav-jobs').click()
  const row = page.locator(`[data-testid=job-row][data-job-id=${id}]`)
  await row.locator('[data-testid=job-state][data-state=running]').waitFor()
  await expect.poll(async () => (await callFrom(page, 'jobs.get', { id })).counts.done, patience).toBeGreaterThan(0)
  await screenshot('jobs-running')

  await row.getByTestId('job-cancel').click()
  await page.getByTestId('confirm').click()
  await row.locator('[data-testid=job-state][data-state=cancelled]').waitFor()
  const cancelled = await callFrom(page, 'jobs.get', { id })
  expect(cancelled.counts.done).toBeLessThan(200)
  await expect.poll(async () => (await callFrom(page, 'devices.list', {})).flatMap(({ slices }) => slices).filter(({ lease }) => lease).length, patience).toBe(0)

  await row.hover()
  await row.getByTestId('job-retry').click()
  await page.waitForURL(/#\/jobs\/job_/)
  const [retried] = (await callFrom(page, 'jobs.list', {})).filter(job => job.id !== id)
  expect(retried.counts.total).toBe(200)
  await callFrom(page, 'jobs.cancel', { id: retried.id })
})

it('shows why a picture could not be read, beside those that could', async () => {
  const { page, screenshot } = await launchApp()
  const folder = tempDir()
  const bad = join(folder, 'holiday.png')
  writeFileSync(bad, 'this is no picture')
  await page.getByTestId('run-sample').waitFor()
  await dropFiles(page, [bad, picture])
  await page.getByTestId('submit-confirm').click()
  await page.locator('[data-testid=job-state][data-state=failed]').waitFor()
  await page.getByText(/holiday\.png is not a picture/).first().waitFor()
  await screenshot('bad-picture')
  const [job] = await callFrom(page, 'jobs.list', {})
  expect(job.counts).toEqual({ total: 2, done: 1, failed: 1 })
})
