import type { Page } from 'playwright-core'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { complaintsInBothThemes } from '../helpers/accessibility'
import { launchApp, patience, samplesDir } from '../helpers/electronApp'
import { editorParts, tabTo, virtualA100 } from '../helpers/layoutEditor'
import { onnxModel } from '../helpers/onnx'
import { callFrom, dropFiles } from '../helpers/page'
import { tempDir } from '../helpers/tempDir'

const picture = join(samplesDir, 'rack-label.png')

/** Submits as many pictures as keep a slice busy, to the virtual A100, and waits until the first has its result. */
async function longJob(page: Page, { profile, pictures = 200 }: { readonly profile?: string, readonly pictures?: number } = {}): Promise<string> {
  await page.getByTestId('device-card').first().waitFor()
  const { id: device } = await virtualA100(page)
  const { id } = await callFrom(page, 'jobs.submit', { recipe: 'ocr', inputs: Array.from({ length: pictures }, () => picture), device, profile })
  await expect.poll(async () => (await callFrom(page, 'jobs.get', { id })).counts.done, patience).toBeGreaterThan(0)
  return id
}

async function openJob(page: Page, id: string): Promise<void> {
  await page.evaluate(id => void (window.location.hash = `#/jobs/${id}`), id)
  await page.getByTestId('job-move').waitFor()
}

it('moves a running job to a place that a person chooses, and tells the pause', async () => {
  const app = await launchApp()
  const { page } = app
  const id = await longJob(page, { pictures: 40 })
  const before = await callFrom(page, 'jobs.get', { id })
  await openJob(page, id)
  await page.getByTestId('job-move').click()
  await page.locator('[data-testid=move-target][data-ok=true]').first().waitFor()
  const complaints = await complaintsInBothThemes(app, 'move-dialog')
  const target = page.locator('[data-testid=move-target][data-ok=true]').first()
  const slice = await target.getAttribute('data-slice-id')
  await target.getByRole('radio').check()
  await page.getByTestId('move-confirm').click()
  await page.getByTestId('move-outcome').getByText(/stood still for \d/).waitFor()
  complaints.push(...await complaintsInBothThemes(app, 'move-outcome'))
  await page.getByTestId('move-done').click()
  await page.getByTestId('job-moves').getByText(/1 time, last pause/).waitFor()
  expect(slice).not.toBe(before.slice?.id)
  expect(complaints).toEqual([])

  await page.locator('[data-testid=job-state][data-state=done]').waitFor()
  const after = await callFrom(page, 'jobs.get', { id })
  expect(after).toMatchObject({ moves: 1, crashes: 0, counts: { total: 40, done: 40, failed: 0 }, slice: { id: slice } })
})

it('goes on with a move whose dialog was closed, and tells how it ended', async () => {
  const { page } = await launchApp()
  const id = await longJob(page)
  await openJob(page, id)
  await page.getByTestId('job-move').click()
  await page.locator('[data-testid=move-target][data-ok=true]').first().getByRole('radio').check()
  await page.getByTestId('move-confirm').click()
  await page.keyboard.press('Escape')
  await page.getByTestId('toast').filter({ hasText: /stood still for/ }).waitFor()
  expect((await callFrom(page, 'jobs.get', { id })).moves).toBe(1)
  await callFrom(page, 'jobs.cancel', { id })
})

it('suspends and resumes a job by keys, and holds no slice meanwhile', async () => {
  const app = await launchApp()
  const { page } = app
  const id = await longJob(page, { pictures: 30 })
  await page.getByTestId('nav-jobs').click()
  await page.getByTestId('job-row').first().waitFor()
  await tabTo(page, page.getByRole('grid', { name: 'Jobs' }))
  await page.keyboard.press('s')
  const row = page.locator(`[data-testid=job-row][data-job-id=${id}]`)
  await row.locator('[data-testid=job-state][data-state=suspended]').waitFor()
  await expect.poll(async () => (await callFrom(page, 'leases.list', {})).length, patience).toBe(0)
  const { counts } = await callFrom(page, 'jobs.get', { id })
  expect(await complaintsInBothThemes(app, 'job-suspended')).toEqual([])

  await page.keyboard.press('s')
  await row.locator('[data-testid=job-state][data-state=done]').waitFor()
  const after = await callFrom(page, 'jobs.get', { id })
  expect(after.counts).toEqual({ total: 30, done: 30, failed: 0 })
  expect(counts.done).toBeLessThan(30)
})

it('says what keeps each worker within its slice, and what it uses of it', async () => {
  const app = await launchApp()
  const { page } = app
  const id = await longJob(page)
  const { slice } = await callFrom(page, 'jobs.get', { id })
  const box = page.locator(`[data-testid=slice][data-slice-id="${slice?.id}"]`)
  await box.getByTestId('enforcement').waitFor()
  expect(await box.getByTestId('memory-use').getAttribute('aria-valuenow')).toMatch(/^\d+$/)
  const [use] = await callFrom(page, 'devices.use', {})
  await box.getByTestId('enforcement').focus()
  await page.getByText(use.enforcement.compute.detail).first().waitFor()
  expect(await complaintsInBothThemes(app, 'devices-enforcement')).toEqual([])
  await page.getByTestId('about-open').click()
  await page.getByTestId('isolation').waitFor()
  await callFrom(page, 'jobs.cancel', { id })
})

it('moves every job away from a device, and lists where each went', async () => {
  const app = await launchApp()
  const { page } = app
  const id = await longJob(page)
  const { id: device } = await virtualA100(page)
  await page.locator(`[data-testid=device-card][data-device-id="${device}"]`).getByTestId('device-menu').click()
  await page.getByTestId('device-evacuate').click()
  await page.getByTestId('evacuate-confirm').waitFor()
  const complaints = await complaintsInBothThemes(app, 'evacuate')
  await page.getByTestId('evacuate-confirm').click()
  await page.getByTestId('evacuate-outcome').locator('[data-went=true]').waitFor()
  complaints.push(...await complaintsInBothThemes(app, 'evacuate-outcome'))
  expect(complaints).toEqual([])
  expect((await callFrom(page, 'jobs.get', { id })).slice?.device).not.toBe(device)
  await callFrom(page, 'jobs.cancel', { id })
})

it('moves the jobs that stand against a new layout, and applies it', async () => {
  const app = await launchApp()
  const { page } = app
  const id = await longJob(page, { profile: '1g.10gb' })
  const { slice: before } = await callFrom(page, 'jobs.get', { id })
  const device = await virtualA100(page)
  await page.locator(`[data-testid=device-card][data-device-id="${device.id}"]`).getByTestId('edit-layout').click()
  const editor = editorParts(page)
  await editor.slice(before?.start ?? 0).click()
  await page.getByTestId('slice-remove').click()
  await editor.preview.click()
  await page.getByTestId('plan-blocked').waitFor()
  expect(await complaintsInBothThemes(app, 'plan-move-jobs')).toEqual([])
  await page.getByTestId('plan-move-jobs').click()
  await editor.plan.waitFor({ state: 'detached' })
  const after = await callFrom(page, 'jobs.get', { id })
  expect(after).toMatchObject({ state: 'running', crashes: 0, moves: 1 })
  expect(after.slice?.id).not.toBe(before?.id)
  await callFrom(page, 'jobs.cancel', { id })
})

it('tells what a model needs before it is submitted, and serves it', async () => {
  const app = await launchApp()
  const { page } = app
  const model = join(tempDir(), 'relu.onnx')
  writeFileSync(model, onnxModel({ nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], inputs: [{ name: 'x', shape: ['batch', 4] }], outputs: [{ name: 'y', shape: ['batch', 4] }] }))
  await page.getByTestId('run-sample').waitFor()
  await dropFiles(page, [model])
  await page.getByTestId('memory-need').getByText(/Needs .*fits/).waitFor()
  await page.getByTestId('submit-serve').check()
  const complaints = await complaintsInBothThemes(app, 'submit-serve')
  await page.getByTestId('submit-confirm').click()
  await page.getByTestId('served-model').getByText('It answers requests.').waitFor()
  complaints.push(...await complaintsInBothThemes(app, 'served-model'))
  expect(complaints).toEqual([])
  const [{ id }] = await callFrom(page, 'jobs.list', {})
  expect(await page.getByTestId('served-model').locator('pre').first().textContent()).toContain(`tranche infer ${id}`)
  const data = Buffer.from(Float32Array.of(-1, 2, -3, 4).buffer).toString('base64')
  const { outputs } = await callFrom(page, 'jobs.infer', { id, inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4], data }] })
  expect(outputs).toMatchObject([{ name: 'y', dtype: 'float32', shape: [1, 4], data: Buffer.from(Float32Array.of(0, 2, 0, 4).buffer).toString('base64') }])
  await callFrom(page, 'jobs.cancel', { id })
})
