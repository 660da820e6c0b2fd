import type { Page } from 'playwright-core'
import type { AppUnderTest } from './electronApp'
import { setTimeout as sleep } from 'node:timers/promises'
import { AxeBuilder } from '@axe-core/playwright'

/** Colours do not change all at once when the theme does. */
const repaintMs = 300

/** What axe objects to on the page as it is, in the light and in the dark theme; leaves a screenshot of each. */
export async function complaintsInBothThemes({ page, screenshot }: AppUnderTest, name: string): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await sleep(repaintMs)
    await screenshot(`${name}-${colorScheme}`)
    found.push(...(await complaintsOf(page)).map(complaint => `${name}, ${colorScheme}: ${complaint}`))
  }
  return found
}

/** Its usual way opens a page of its own for that, which Electron has not. */
async function complaintsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`))
}
