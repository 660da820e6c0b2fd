import type { Page } from 'playwright-core'
import type { Bridge } from '../../src-main/contract/bridge'
import type { CallInput, CallName, CallOutput } from '../../src-main/contract/calls'
import type { Answer } from '../../src-main/contract/router'
import { resolve } from 'node:path'
import { unwrap } from '../../src-main/contract/router'

/** Calls the lab from the page of the app, as the page itself does. */
export async function callFrom<N extends CallName>(page: Page, name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await page.evaluate(([name, input]) => (window as unknown as { tranche: Bridge }).tranche.call(name, input), [name, input] as const)
  return unwrap<N>(answer as Answer)
}

/** Lets go of files over the middle of the window, through the browser's own drag and drop. */
export async function dropFiles(page: Page, files: readonly string[]): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  const data = { items: [], files: files.map(file => resolve(file)), dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data })
  await cdp.detach()
}
