import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { launchApp, samplesDir } from '../helpers/electronApp'

it('runs the sample from one button to the text over the picture, on a slice of the virtual A100', async () => {
  const { page, screenshot, stateDir } = await launchApp()
  await page.getByTestId('run-sample').click()
  await page.locator('[data-testid=job-state][data-state=done]').waitFor()

  await page.getByTestId('ocr-picture').locator('img').waitFor()
  await page.getByTestId('ocr-overlay-text').first().waitFor({ state: 'attached' })
  const read = await page.getByTestId('ocr-line').locator('.words').allInnerTexts()
  const truth = wordsOf(readFileSync(join(samplesDir, 'receipt.txt'), 'utf8'))
  expect(shareFound(truth, wordsOf(read.join(' ')))).toBeGreaterThan(0.9)
  const drawn = await page.getByTestId('ocr-overlay-text').allTextContents()
  expect(drawn).toEqual(read)
  expect(await page.getByTestId('ocr-picture').locator('img').evaluate(image => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(100)
  await screenshot('sample-result')

  await page.getByTestId('nav-devices').click()
  const a100 = page.getByTestId('device-card').filter({ hasText: 'A100' })
  expect(await a100.textContent()).toMatch(/virtual/i)
  expect(await a100.getByTestId('slice').filter({ hasText: '3g.40gb' }).count()).toBeGreaterThan(0)
  await screenshot('sample-devices')
  expect(readFileSync(join(stateDir, 'logs', 'desktop.log'), 'utf8'), 'what the worker\'s libraries complained about').not.toMatch(/CRITICAL|assertion/)
})

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(word => word.length > 2)
}

function shareFound(wanted: readonly string[], found: readonly string[]): number {
  return wanted.filter(word => found.includes(word)).length / wanted.length
}
