import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { complaintsInBothThemes } from '../helpers/accessibility'
import { launchApp, newStateDir, patience, repoRoot } from '../helpers/electronApp'
import { callFrom, dropFiles } from '../helpers/page'

const fixture = (name: string) => join(repoRoot, 'test', 'fixtures', 'smi', name)
const twoH100 = fixture('h100-two-gpus-driver-550.txt')

it('adds the GPUs of a pasted nvidia-smi text with their layouts, and tells where the driver differs', async () => {
  const app = await launchApp()
  const { page } = app
  await page.getByTestId('nav-fleet').click()
  await page.getByTestId('fleet-device').first().waitFor()
  const before = (await callFrom(page, 'devices.list', {})).map(({ id }) => id)

  await page.getByTestId('import-smi-open').click()
  await page.getByTestId('import-smi-text').fill(readFileSync(twoH100, 'utf8').replace(/9\.75( +No +)16/, '9.50$118'))
  await expect.poll(() => page.getByTestId('import-smi-gpu').count(), patience).toBe(2)
  expect(await page.getByTestId('import-smi-comparison').textContent()).toContain('differs from the built-in table in 2 places')
  expect((await page.getByTestId('import-smi-difference').allTextContents()).map(text => text.replace(/\s+/g, ' '))).toEqual([expect.stringMatching(/1g\.10gb.*memory.*9\.5/), expect.stringMatching(/1g\.10gb.*multiprocessors.*16.*18/)])
  const complaints = await complaintsInBothThemes(app, 'import-smi')

  await page.getByTestId('import-smi-gpu').nth(1).getByRole('checkbox').uncheck()
  await page.getByTestId('import-smi-add').click()
  await page.getByTestId('import-smi').waitFor({ state: 'detached' })
  const added = (await callFrom(page, 'devices.list', {})).filter(({ id }) => !before.includes(id))
  expect(added.map(({ model, mode, kind, slices }) => [model, mode, kind, slices.map(({ profile, start }) => `${profile}@${start}`).toSorted()])).toEqual([['H100-80GB', 'mig', 'virtual-gpu', ['3g.40gb@0', '3g.40gb@4']]])
  expect(complaints).toEqual([])
})

it('reads a dropped file instead of running it, and says why another cannot be read', async () => {
  const stateDir = newStateDir()
  const app = await launchApp({ stateDir })
  const { page } = app
  await page.getByTestId('nav-fleet').click()
  await page.getByTestId('import-smi-open').click()
  await page.getByTestId('import-smi-text').fill('uptime 3 days')
  await page.getByTestId('import-smi-error').filter({ hasText: 'There is no GPU in this text' }).waitFor()
  const complaints = await complaintsInBothThemes(app, 'import-smi-nothing')

  await dropFiles(page, [fixture('a30-mig-off.txt')])
  await page.locator('[data-testid=import-smi-gpu][data-model="A30-24GB"]').filter({ hasText: 'MIG off' }).waitFor()
  expect(await page.getByTestId('drop-overlay').count()).toBe(0)

  const picture = join(stateDir, 'picture.txt')
  writeFileSync(picture, Buffer.from([0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 13]))
  await page.getByTestId('import-smi-file').setInputFiles(picture)
  await page.getByTestId('import-smi-error').filter({ hasText: '“picture.txt” is no text file' }).waitFor()
  await page.getByTestId('import-smi-file').setInputFiles(fixture('a30-mig-off.txt'))
  await page.getByTestId('import-smi-gpu').waitFor()

  await page.getByTestId('import-smi-add').click()
  await expect.poll(async () => (await callFrom(page, 'devices.list', {})).filter(({ model }) => model === 'A30-24GB').map(({ mode }) => mode), patience).toEqual(['passthrough'])
  expect(complaints).toEqual([])
})

it('leases a free slice to a holder outside for a time, and says in place why not', async () => {
  const app = await launchApp()
  const { page } = app
  await page.getByTestId('nav-devices').click()
  const card = page.getByTestId('device-card').filter({ hasText: 'A100' })
  await card.getByTestId('slice').first().getByRole('button').first().click()
  await card.getByTestId('grant-open').click()
  await page.getByTestId('grant-holder').fill('job_7')
  await page.getByTestId('grant-confirm').click()
  await page.getByTestId('grant-refused').filter({ hasText: 'job_' }).waitFor()
  const complaints = await complaintsInBothThemes(app, 'grant-lease')

  await page.getByTestId('grant-holder').fill('vm-render-02')
  await page.getByTestId('grant-ends').selectOption('own')
  await page.getByTestId('grant-ends-minutes').fill('45')
  await page.getByTestId('grant-idle').selectOption({ label: 'idle for 1 hour' })
  await page.getByTestId('grant-confirm').click()
  await page.getByTestId('grant-lease').waitFor({ state: 'detached' })
  const [lease] = await callFrom(page, 'leases.list', {})
  expect(lease).toMatchObject({ holder: 'vm-render-02', holderKind: 'outside', idleAfterMs: 3_600_000 })
  expect((lease.expiresAtMs ?? 0) - lease.grantedAtMs).toBe(45 * 60_000)
  await card.getByTestId('slice').filter({ hasText: 'vm-render-02' }).waitFor()
  expect(await page.getByTestId('device-health').count()).toBe(0)
  expect(complaints).toEqual([])
})
