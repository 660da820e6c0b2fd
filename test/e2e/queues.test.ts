import { expect, it } from 'vitest'
import { launchApp } from '../helpers/electronApp'
import { callFrom } from '../helpers/page'

it('adds a tenant, bounds it, and says on the page of its job why that waits', async () => {
  const { page } = await launchApp()
  await page.getByTestId('nav-queues').click()
  await page.getByRole('button', { name: /add/i }).first().click()
  const dialog = page.getByTestId('tenant-dialog')
  await dialog.getByLabel('Name').fill('students')
  await dialog.getByTestId('tenant-save').click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByTestId('tenant-row').filter({ hasText: 'students' }).waitFor()
  const tenants = await callFrom(page, 'tenants.list', {})
  const students = tenants.find(({ path }) => path === 'students')
  await callFrom(page, 'tenants.change', { id: students?.id ?? '', terms: { cap: { running: 0 } } })
  const { id } = await callFrom(page, 'jobs.submit', { recipe: 'tensor', model: 'silero-vad-v5', inputs: [], synthetic: 1, tenant: 'students', name: 'exercise' })
  await page.evaluate(job => void (window.location.hash = `#/jobs/${job}`), id)
  await page.getByRole('tab', { name: /Why/ }).click()
  await expect.poll(() => page.getByTestId('job-why').textContent()).toContain('students to have a job less')
  await callFrom(page, 'tenants.change', { id: students?.id ?? '', terms: { cap: {} } })
  await expect.poll(async () => (await callFrom(page, 'jobs.get', { id })).state).not.toBe('queued')
})
