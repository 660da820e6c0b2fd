import { expect, it } from 'vitest'
import { launchApp, patience } from '../helpers/electronApp'
import { callFrom } from '../helpers/page'

it('adds five A30s with a layout and a label to the fleet, finds them, and removes them', async () => {
  const { page, screenshot } = await launchApp()
  await page.getByTestId('nav-fleet').click()
  await page.getByTestId('fleet-device').first().waitFor()
  const before = await callFrom(page, 'devices.list', {})
  const isNew = ({ id }: { readonly id: string }) => !before.some(device => device.id === id)

  await page.getByTestId('fleet-add').click()
  await page.getByTestId('model-search').fill('a30')
  await page.locator('[data-testid=model-option][data-model="A30-24GB"] input').check()
  await page.getByTestId('fleet-add-count').fill('5')
  await page.getByTestId('fleet-add-layout').selectOption('gallery')
  await page.getByTestId('gallery-item').filter({ hasText: /2 × 2g\.12gb/ }).first().click()
  await page.getByTestId('fleet-add-label').fill('night-shift')
  await screenshot('fleet-add-five')
  await page.getByTestId('fleet-add-confirm').click()
  await page.getByTestId('fleet-add-dialog').waitFor({ state: 'detached' })

  await expect.poll(async () => (await callFrom(page, 'devices.list', {})).filter(isNew).length, patience).toBe(5)
  const added = (await callFrom(page, 'devices.list', {})).filter(isNew)
  expect(added.map(({ model, label, slices }) => [model, label, slices.map(({ profile }) => profile).join()])).toEqual(Array.from({ length: 5 }, () => ['A30-24GB', 'night-shift', '2g.12gb,2g.12gb']))

  await page.getByTestId('fleet-label').selectOption('night-shift')
  await expect.poll(() => page.getByTestId('fleet-device').count(), patience).toBe(5)
  expect(await page.locator('[data-testid=fleet-model-row][data-model="A30-24GB"] [data-testid=fleet-count]').textContent()).toContain('5 devices')
  await screenshot('fleet-filtered')

  await page.getByTestId('fleet-all').check()
  await page.getByTestId('fleet-set-label').click()
  await page.getByTestId('fleet-label-name').fill('day-shift')
  await page.getByTestId('fleet-label-confirm').click()
  await expect.poll(async () => (await callFrom(page, 'devices.list', {})).filter(isNew).map(({ label }) => label), patience).toEqual(Array.from({ length: 5 }, () => 'day-shift'))

  await page.getByTestId('fleet-remove').click()
  await page.getByTestId('confirm').click()
  await expect.poll(async () => (await callFrom(page, 'devices.list', {})).filter(isNew).length, patience).toBe(0)
})

it('opens a device\'s layout from the fleet with the keys', async () => {
  const { page } = await launchApp()
  await page.getByTestId('nav-fleet').click()
  await page.getByTestId('fleet-device').first().waitFor()
  const [device] = (await callFrom(page, 'devices.list', {})).filter(({ model }) => model === 'A100-80GB')
  await page.getByRole('treegrid', { name: 'Fleet' }).focus()
  for (let presses = 0; presses < 10 && await page.getByRole('treegrid').getAttribute('aria-activedescendant') !== `fleet-${device.id}`; presses++)
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press(' ')
  await page.getByText('1 device chosen').waitFor()
  await page.keyboard.press('Enter')
  await page.getByTestId('layout-editor').waitFor()
})
