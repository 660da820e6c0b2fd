import type { Page } from 'playwright-core'
import type { AppUnderTest } from '../helpers/electronApp'
import { setTimeout as sleep } from 'node:timers/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, it } from 'vitest'
import { launchApp } from '../helpers/electronApp'
import { callFrom } from '../helpers/page'

/** Colours do not change all at once when the theme does. */
const repaintMs = 300

/** Each view and dialog, and how a person comes to it; a dialog is left by Escape. */
const places: readonly { readonly name: string, readonly open: (page: Page, jobId: string) => Promise<void>, readonly dialog?: true }[] = [
  { name: 'devices', open: async page => page.getByTestId('nav-devices').click() },
  { name: 'slice', open: async page => page.getByTestId('slice').first().getByRole('button').first().click() },
  { name: 'add-virtual', dialog: true, open: async page => page.getByTestId('add-virtual').click() },
  { name: 'remove-device', dialog: true, open: async page => page.getByRole('button', { name: /^Remove/ }).first().click() },
  { name: 'catalog', open: async page => page.getByTestId('nav-catalog').click() },
  { name: 'jobs', open: async page => page.getByTestId('nav-jobs').click() },
  { name: 'submit', dialog: true, open: async page => page.getByTestId('file-input').setInputFiles([{ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('') }]) },
  { name: 'job', open: async (page, id) => void await page.evaluate(id => void (window.location.hash = `#/jobs/${id}`), id).then(() => page.getByTestId('ocr-line').first().waitFor()) },
  { name: 'job-log', open: async page => page.getByRole('tab', { name: /Log/ }).click() },
  { name: 'job-details', open: async page => page.getByRole('tab', { name: /Details/ }).click() },
  { name: 'about', dialog: true, open: async page => page.getByTestId('about-open').click() },
]

it('shows every view and dialog in both themes, without a complaint of axe', async () => {
  const app = await launchApp()
  const { page } = app
  await page.mouse.move(1, 1)
  await page.getByTestId('run-sample').waitFor()
  const complaints = await inBothThemes(app, 'first-start', () => complaintsOf(page))
  await page.getByTestId('nav-jobs').click()
  await page.getByTestId('run-sample').waitFor()
  complaints.push(...await inBothThemes(app, 'no-jobs', () => complaintsOf(page)))
  await page.getByTestId('run-sample').click()
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  const [{ id }] = await callFrom(page, 'jobs.list', {})

  for (const { name, open, dialog } of places) {
    await open(page, id)
    if (dialog)
      await page.locator('[role=dialog], [role=alertdialog]').first().waitFor()
    complaints.push(...await inBothThemes(app, name, () => complaintsOf(page)))
    if (dialog)
      await page.keyboard.press('Escape')
  }
  expect(complaints).toEqual([])
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

async function inBothThemes({ page, screenshot }: AppUnderTest, name: string, look: () => Promise<string[]>): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await sleep(repaintMs)
    await screenshot(`${name}-${colorScheme}`)
    found.push(...(await look()).map(complaint => `${name}, ${colorScheme}: ${complaint}`))
  }
  return found
}

/** What axe objects to on the page. Its usual way opens a page of its own for that, which Electron has not. */
async function complaintsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`))
}
