import { expect, it } from 'vitest'
import { launchApp } from '../helpers/electronApp'
import { tell } from '../helpers/mainProcess'

it('goes from an empty lab to a result and back without a mouse', async () => {
  const { page } = await launchApp()
  await page.getByTestId('run-sample').waitFor()
  for (let presses = 0; presses < 20 && !await page.getByTestId('run-sample').evaluate(button => button === document.activeElement); presses++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()

  await page.keyboard.press('Control+1')
  await page.getByTestId('device-card').first().waitFor()
  await page.keyboard.press('Control+2')
  await page.getByTestId('catalog-entry').first().waitFor()
  await page.keyboard.press('Control+3')
  await page.getByTestId('job-row').first().waitFor()

  const grid = page.getByRole('grid', { name: 'Jobs' })
  for (let presses = 0; presses < 30 && !await grid.evaluate(element => element === document.activeElement); presses++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  expect(await page.getByTestId('job-row').first().getAttribute('aria-selected')).toBe('true')
  await page.keyboard.press('Enter')
  await page.getByTestId('ocr-line').first().waitFor()
})

it('opens the file chooser and the about dialog from the menu', async () => {
  const { electron, page } = await launchApp()
  await page.getByTestId('nav-catalog').click()
  const chooser = page.waitForEvent('filechooser')
  await tell(electron, ({ Menu }) => Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []).find(({ label }) => label.startsWith('Submit'))?.click())
  expect((await chooser).isMultiple()).toBe(true)
  await tell(electron, ({ Menu }) => Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []).find(({ label }) => label.startsWith('About'))?.click())
  await page.getByRole('dialog', { name: /about/i }).waitFor()
})
