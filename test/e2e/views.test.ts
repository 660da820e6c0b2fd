import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { complaintsInBothThemes } from '../helpers/accessibility'
import { launchApp } from '../helpers/electronApp'
import { callFrom } from '../helpers/page'

/** Each view and dialog, and how a person comes to it; a dialog is left by Escape. */
const places: readonly { readonly name: string, readonly open: (page: Page, jobId: string) => Promise<void>, readonly dialog?: true }[] = [
  { name: 'devices', open: async page => page.getByTestId('nav-devices').click() },
  { name: 'slice', open: async page => page.getByTestId('slice').first().getByRole('button').first().click() },
  { name: 'add-virtual', dialog: true, open: async page => page.getByTestId('add-virtual').click() },
  { name: 'remove-device', dialog: true, open: async page => page.getByRole('button', { name: /^Remove/ }).first().click() },
  { name: 'layout', open: async page => page.getByTestId('device-card').filter({ hasText: 'A100' }).getByTestId('edit-layout').click().then(() => page.getByTestId('gallery-item').first().waitFor()) },
  { name: 'fleet', open: async page => page.getByTestId('nav-fleet').click() },
  { name: 'fleet-add', dialog: true, open: async page => page.getByTestId('fleet-add').click() },
  { name: 'catalog', open: async page => page.getByTestId('nav-catalog').click() },
  { name: 'jobs', open: async page => page.getByTestId('nav-jobs').click() },
  { name: 'submit', dialog: true, open: async page => page.getByTestId('file-input').setInputFiles([{ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('') }]) },
  { name: 'job', open: async (page, id) => void await page.evaluate(id => void (window.location.hash = `#/jobs/${id}`), id).then(() => page.getByTestId('ocr-line').first().waitFor()) },
  { name: 'job-log', open: async page => page.getByRole('tab', { name: /Log/ }).click() },
  { name: 'job-details', open: async page => page.getByRole('tab', { name: /Details/ }).click() },
  { name: 'job-why', open: async page => page.getByRole('tab', { name: /Why/ }).click() },
  { name: 'queues', open: async page => page.getByTestId('nav-queues').click().then(() => page.getByRole('tab', { name: 'Tenants' }).waitFor()) },
  { name: 'tenant', dialog: true, open: async page => page.getByRole('button', { name: /^Edit/ }).first().click() },
  { name: 'queue-lines', open: async page => page.getByRole('tab', { name: 'Lines' }).click() },
  { name: 'queue-add', dialog: true, open: async page => page.getByTestId('queue-add').click() },
  { name: 'queue-devices', open: async page => page.getByRole('tab', { name: /Devices & windows/ }).click() },
  { name: 'window-add', dialog: true, open: async page => page.getByTestId('window-add').click() },
  { name: 'timeline', open: async page => page.getByTestId('nav-timeline').click() },
  { name: 'timeline-table', open: async page => page.getByTestId('timeline-as-table').click() },
  { name: 'about', dialog: true, open: async page => page.getByTestId('about-open').click() },
]

it('shows every view and dialog in both themes, without a complaint of axe', async () => {
  const app = await launchApp()
  const { page } = app
  await page.mouse.move(1, 1)
  await page.getByTestId('run-sample').waitFor()
  const complaints = await complaintsInBothThemes(app, 'first-start')
  await page.getByTestId('nav-jobs').click()
  await page.getByTestId('run-sample').waitFor()
  complaints.push(...await complaintsInBothThemes(app, 'no-jobs'))
  await page.getByTestId('run-sample').click()
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  const [{ id }] = await callFrom(page, 'jobs.list', {})

  for (const { name, open, dialog } of places) {
    await open(page, id)
    if (dialog)
      await page.locator('[role=dialog], [role=alertdialog]').first().waitFor()
    complaints.push(...await complaintsInBothThemes(app, name))
    if (dialog)
      await page.keyboard.press('Escape')
  }
  expect(complaints).toEqual([])
})

it('goes from devices with the chips of several slices to a job', async () => {
  const { page } = await launchApp()
  await page.getByTestId('run-sample').click()
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  const job = await page.evaluate(() => window.location.hash)
  await callFrom(page, 'jobs.submit', { recipe: 'tensor', model: 'silero-vad-v5', inputs: [], synthetic: 1 })
  await page.getByTestId('nav-devices').click()
  await page.getByTestId('enforcement').nth(1).waitFor()
  await page.evaluate(hash => void (window.location.hash = hash), job)
  await page.getByTestId('job-why-tab').click()
  await page.getByTestId('nav-devices').click()
  await page.getByTestId('enforcement').nth(1).hover()
  await page.locator('main [role=tooltip]').first().waitFor({ state: 'attached' })
})

it('switches its theme by its own button', async () => {
  const { page } = await launchApp()
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await background()
  await page.getByTestId('theme-toggle').click()
  expect(await background()).not.toBe(light)
  await page.reload()
  expect(await background()).not.toBe(light)
})
