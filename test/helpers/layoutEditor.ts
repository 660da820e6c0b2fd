import type { Locator, Page } from 'playwright-core'
import type { Device } from '../../src-main/contract/model'
import { callFrom } from './page'

/** The virtual A100 of a new lab, which is cut full: 2g.20gb at 0, two 1g.10gb at 2 and 3, 3g.40gb at 4. */
export async function virtualA100(page: Page): Promise<Device> {
  const devices = await callFrom(page, 'devices.list', {})
  const found = devices.find(({ model, kind }) => model === 'A100-80GB' && kind === 'virtual-gpu')
  if (!found)
    throw new Error(`This lab has no virtual A100: ${devices.map(({ name }) => name).join(', ')}`)
  return found
}

/** A device's layout in short: `2g.20gb@0 1g.10gb@2`. */
export function layoutOf({ slices }: Pick<Device, 'slices'>): string {
  return slices.filter(({ parentId }) => parentId === null).toSorted((a, b) => a.start - b.start).map(({ profile, start }) => `${profile}@${start}`).join(' ')
}

/** The parts of the editor that tests touch. */
export function editorParts(page: Page) {
  return {
    palette: page.getByTestId('palette'),
    item: (profile: string) => page.locator(`[data-testid=palette-item][data-profile="${profile}"]`),
    slice: (start: number) => page.locator(`[data-testid=draft-slice][data-start="${start}"]`),
    place: (start: number) => page.locator(`[data-testid=place][data-start="${start}"]`),
    why: page.getByTestId('why'),
    preview: page.getByTestId('preview'),
    plan: page.getByTestId('plan-dialog'),
    apply: page.getByTestId('plan-apply'),
    undoChange: page.getByTestId('layout-undo'),
  }
}

/** The middle of slot `slot` on the axis, in the page's pixels. */
export async function slotCentre(page: Page, slot: number): Promise<{ readonly x: number, readonly y: number }> {
  const axis = page.getByTestId('axis')
  const box = await axis.boundingBox()
  if (!box)
    throw new Error('The axis is not shown.')
  return { x: box.x + (slot + 0.5) * box.width / Number(await axis.getAttribute('data-slots')), y: box.y + box.height / 2 }
}

/** Presses the mouse on something and moves it, without letting go. */
export async function pickUp(page: Page, what: Locator): Promise<void> {
  const box = await what.boundingBox()
  if (!box)
    throw new Error('It is not shown.')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 12, box.y + box.height / 2, { steps: 3 })
}

/** Goes from focus to focus until the element has it, as one without a mouse does. */
export async function tabTo(page: Page, what: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab', most = 60): Promise<void> {
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press(key)
    if (await what.evaluate(element => element === document.activeElement))
      return
  }
  throw new Error(`${most} presses of ${key} did not lead to it.`)
}
