import type { Page } from 'playwright-core'
import type { Device } from '../../src-main/contract/model'
import { expect, it } from 'vitest'
import { complaintsInBothThemes } from '../helpers/accessibility'
import { launchApp, patience } from '../helpers/electronApp'
import { editorParts, layoutOf, pickUp, slotCentre, tabTo, virtualA100 } from '../helpers/layoutEditor'
import { callFrom } from '../helpers/page'

const asCut = '2g.20gb@0 1g.10gb@2 1g.10gb@3 3g.40gb@4'
const recut = '1g.10gb@1 1g.10gb@2 1g.10gb@3 3g.40gb@4'

async function layoutNow(page: Page, { id }: Device): Promise<string> {
  const devices = await callFrom(page, 'devices.list', {})
  return layoutOf(devices.find(device => device.id === id) ?? { slices: [] })
}

function cardOf(page: Page, { id }: Device) {
  return page.locator(`[data-testid=device-card][data-device-id="${id}"]`)
}

async function openEditor(page: Page): Promise<Device> {
  await page.getByTestId('device-card').first().waitFor()
  const device = await virtualA100(page)
  await cardOf(page, device).getByTestId('edit-layout').click()
  await editorParts(page).slice(0).waitFor()
  await page.getByTestId('palette-item').first().waitFor()
  return device
}

it('cuts a GPU anew with the mouse: drag, refusal, preview, apply, undo', async () => {
  const { page, screenshot } = await launchApp()
  const device = await openEditor(page)
  const editor = editorParts(page)
  expect(await layoutNow(page, device)).toBe(asCut)

  await editor.slice(0).click()
  await page.getByTestId('slice-remove').click()
  await expect.poll(() => editor.slice(0).count(), patience).toBe(0)

  await pickUp(page, editor.item('1g.10gb'))
  await page.locator('[data-testid=place][data-ok=true]').first().waitFor()
  expect(await page.locator('[data-testid=place][data-ok=true]').evaluateAll(places => places.map(place => Number(place.getAttribute('data-start'))))).toEqual([0, 1])
  const taken = await slotCentre(page, 5)
  await page.mouse.move(taken.x, taken.y, { steps: 5 })
  await expect.poll(() => editor.why.textContent(), patience).toMatch(/1g\.10gb.*3g\.40gb/)
  expect(await editor.place(5).getAttribute('title')).toMatch(/3g\.40gb/)
  await screenshot('editor-refusal')
  const free = await slotCentre(page, 1)
  await page.mouse.move(free.x, free.y, { steps: 5 })
  await page.mouse.up()
  await editor.slice(1).waitFor()
  expect(await layoutNow(page, device)).toBe(asCut)

  await editor.preview.click()
  await editor.plan.waitFor()
  expect(await page.locator('[data-testid=plan-steps] li').evaluateAll(steps => steps.map(step => step.getAttribute('data-op')))).toEqual(['destroy', 'create'])
  await screenshot('editor-plan')
  await editor.apply.click()
  await editor.plan.waitFor({ state: 'detached' })
  expect(await layoutNow(page, device)).toBe(recut)

  await page.getByTestId('nav-devices').click()
  await expect.poll(() => cardOf(page, device).getByTestId('slice').count(), patience).toBe(4)
  expect(await cardOf(page, device).getByTestId('stranded').textContent()).toMatch(/strands 24 SMs/)
  await screenshot('editor-card')

  await cardOf(page, device).getByTestId('edit-layout').click()
  await editor.undoChange.click()
  await editor.apply.click()
  await editor.plan.waitFor({ state: 'detached' })
  expect(await layoutNow(page, device)).toBe(asCut)
})

it('moves a slice of the draft to another place with the mouse, and leaves it where the pointer meant none', async () => {
  const { page } = await launchApp()
  await openEditor(page)
  const editor = editorParts(page)
  await editor.slice(0).click()
  await page.keyboard.press('Delete')
  await pickUp(page, editor.slice(3))
  await page.locator('[data-testid=place][data-ok=true]').first().waitFor()
  const to = await slotCentre(page, 0)
  await page.mouse.move(to.x, to.y, { steps: 5 })
  await page.mouse.up()
  await editor.slice(0).waitFor()
  expect(await editor.slice(3).count()).toBe(0)

  await pickUp(page, editor.slice(0))
  await page.locator('[data-testid=place][data-ok=true]').first().waitFor()
  await page.mouse.move(to.x, to.y + 400, { steps: 5 })
  await page.mouse.up()
  await expect.poll(() => page.getByTestId('place').count(), patience).toBe(0)
  expect(await editor.slice(0).count()).toBe(1)
})

it('cuts a GPU anew without a mouse', async () => {
  const { page } = await launchApp()
  await page.getByTestId('device-card').first().waitFor()
  const device = await virtualA100(page)
  const editor = editorParts(page)
  await tabTo(page, cardOf(page, device).getByTestId('edit-layout'))
  await page.keyboard.press('Enter')
  await editor.slice(0).waitFor()
  await page.getByTestId('palette-item').first().waitFor()

  await tabTo(page, editor.slice(0))
  await page.keyboard.press('Delete')
  await expect.poll(() => editor.slice(2).evaluate(slice => slice === document.activeElement), patience).toBe(true)

  await tabTo(page, editor.palette, 'Shift+Tab')
  for (let presses = 0; presses < 20 && await editor.palette.getAttribute('aria-activedescendant') !== 'profile-1g.10gb'; presses++)
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid')), patience).toBe('place')
  await expect.poll(() => editor.why.textContent(), patience).toContain('keeps most room')
  await page.keyboard.press('Escape')
  await expect.poll(() => editor.palette.evaluate(palette => palette === document.activeElement), patience).toBe(true)
  expect(await page.getByTestId('place').count()).toBe(0)

  await page.keyboard.press('Enter')
  await editor.place(1).waitFor()
  for (let presses = 0; presses < 8 && !await editor.place(1).evaluate(place => place === document.activeElement); presses++)
    await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await editor.slice(1).waitFor()

  await page.keyboard.press('Control+z')
  await expect.poll(() => editor.slice(1).count(), patience).toBe(0)
  await page.keyboard.press('Control+Shift+z')
  await editor.slice(1).waitFor()

  await tabTo(page, editor.preview, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await editor.plan.waitFor()
  await expect.poll(() => editor.apply.evaluate(button => button === document.activeElement), patience).toBe(true)
  await page.keyboard.press('Enter')
  await editor.plan.waitFor({ state: 'detached' })
  expect(await layoutNow(page, device)).toBe(recut)

  await tabTo(page, editor.undoChange, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await editor.plan.waitFor()
  await expect.poll(() => editor.apply.evaluate(button => button === document.activeElement), patience).toBe(true)
  await page.keyboard.press('Enter')
  await editor.plan.waitFor({ state: 'detached' })
  expect(await layoutNow(page, device)).toBe(asCut)
})

it('takes a layout from the gallery and shows what it strands', async () => {
  const { page } = await launchApp()
  const device = await openEditor(page)
  const gallery = page.getByTestId('gallery-item')
  await gallery.first().waitFor()
  const wanted = gallery.filter({ hasText: /^4g3g4g\.40gb, 3g\.40gb/ })
  await wanted.click()
  await expect.poll(() => wanted.getAttribute('aria-pressed'), patience).toBe('true')
  expect(await page.getByTestId('draft-slice').evaluateAll(slices => slices.map(slice => `${slice.getAttribute('data-profile')}@${slice.getAttribute('data-start')}`))).toEqual(['4g.40gb@0', '3g.40gb@4'])
  await page.getByTestId('draft-reset').click()
  await expect.poll(() => page.getByTestId('draft-slice').count(), patience).toBe(4)
  expect(await layoutNow(page, device)).toBe(asCut)
})

it('plans again where the layout changed under a preview', async () => {
  const { page } = await launchApp()
  const device = await openEditor(page)
  const editor = editorParts(page)
  await editor.slice(3).click()
  await page.keyboard.press('Delete')
  await editor.preview.click()
  await editor.plan.waitFor()
  const others = [{ profile: '1g.10gb', start: 2 }, { profile: '1g.10gb', start: 3 }, { profile: '3g.40gb', start: 4 }]
  await callFrom(page, 'slices.apply', { device: device.id, layout: others })
  await editor.apply.click()
  await page.getByTestId('plan-renewed').waitFor()
  await editor.apply.click()
  await editor.plan.waitFor({ state: 'detached' })
  expect(await layoutNow(page, device)).toBe('2g.20gb@0 1g.10gb@2 3g.40gb@4')
})

it('exports a layout in another tool\'s words', async () => {
  const { page } = await launchApp()
  await openEditor(page)
  await page.getByTestId('export').click()
  await page.getByTestId('export-slurm').click()
  await page.getByTestId('export-files').waitFor()
  await page.getByRole('tab', { name: 'gres.conf' }).waitFor()
})

it('is clean in both themes while something is placed, and in its dialogs', async () => {
  const app = await launchApp()
  const { page } = app
  await openEditor(page)
  const editor = editorParts(page)
  await editor.slice(0).click()
  await page.keyboard.press('Delete')
  await editor.item('1g.10gb').click()
  await editor.place(1).waitFor()
  const complaints = await complaintsInBothThemes(app, 'editor-placing')
  await editor.place(1).click()
  await editor.slice(1).click()
  complaints.push(...await complaintsInBothThemes(app, 'editor-selected'))
  await editor.preview.click()
  await editor.plan.waitFor()
  complaints.push(...await complaintsInBothThemes(app, 'editor-preview'))
  await page.keyboard.press('Escape')
  for (const mode of ['vgpu', 'shared'] as const) {
    await page.getByTestId(`mode-${mode}`).check()
    await page.getByTestId(mode === 'vgpu' ? 'vgpu-mode' : 'shared-note').waitFor()
    complaints.push(...await complaintsInBothThemes(app, `editor-${mode}`))
  }
  expect(complaints).toEqual([])
})
