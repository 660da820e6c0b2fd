import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { launchApp, patience } from '../helpers/electronApp'
import { callFrom } from '../helpers/page'

it('gives the page two functions and nothing of Node', async () => {
  const { page } = await launchApp()
  expect(await page.evaluate(() => Object.keys(window.tranche ?? {}))).toEqual(['call', 'on'])
  expect(await page.evaluate(() => ['require', 'process', 'module', 'Buffer'].filter(name => name in window))).toEqual([])
})

it('stays on its page and opens no windows', async () => {
  const { electron, page } = await launchApp({ expected: /^Not allowed to/ })
  const opened = await electron.evaluate(({ shell }) => {
    const urls: string[] = []
    Object.assign(globalThis, { openedOutside: urls })
    shell.openExternal = async url => void urls.push(url)
  })
  expect(opened).toBeUndefined()
  const before = page.url()
  for (const target of ['https://tranche.example/', 'file:///etc/passwd', 'tranche://input/job_x/0', 'data:text/html,hi']) {
    await page.evaluate(url => void (window.location.href = url), target)
    await sleep(150)
    expect(page.url()).toBe(before)
  }
  expect(await page.evaluate(() => window.open('https://tranche.example/'))).toBeNull()
  expect(electron.windows()).toHaveLength(1)

  const [{ source: { homepage } }] = await callFrom(page, 'catalog.list', {})
  await page.evaluate(url => window.open(url), homepage)
  await expect.poll(() => electron.evaluate(() => (globalThis as unknown as { openedOutside: string[] }).openedOutside), patience).toEqual([homepage])
})

it('serves the app and the inputs of known jobs, and nothing else', async () => {
  const { electron, page } = await launchApp()
  const status = (url: string) => electron.evaluate(async ({ session }, url) => (await session.defaultSession.fetch(url)).status, url)
  expect(await status('tranche://app/index.html')).toBe(200)
  expect(await status('tranche://app/missing.js')).toBe(404)
  expect(await status('tranche://app/../../package.json')).toBe(404)
  expect(await status('tranche://app/..%2f..%2fpackage.json')).toBe(403)
  expect(await status('tranche://app/%2e%2e%5cpackage.json')).toBe(403)

  const { id } = await callFrom(page, 'jobs.submitSample', { sample: 'vad' })
  expect(await status(`tranche://input/${id}/0`)).toBe(200)
  expect(await status(`tranche://input/${id}/1`)).toBe(404)
  const part = await electron.evaluate(async ({ session }, url) => {
    const response = await session.defaultSession.fetch(url, { headers: { Range: 'bytes=0-11' } })
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }, `tranche://input/${id}/0`)
  expect(part).toMatchObject({ status: 206, type: 'audio/wav', text: expect.stringMatching(/^RIFF[\s\S]{4}WAVE$/) })
  for (const url of ['tranche://input/job_none/0', 'tranche://input/job_none/x', 'tranche://input/..%2f..%2fetc/0', 'tranche://failure/', 'tranche://elsewhere/'])
    expect(await status(url), url).toBe(404)
})

it('runs no script that is not the app\'s own', async () => {
  const { page, electron } = await launchApp({ expected: /Content Security Policy/ })
  expect(await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.intruder = true'
    document.head.append(script)
    return 'intruder' in window
  })).toBe(false)
  const policy = await electron.evaluate(async ({ session }) => (await session.defaultSession.fetch('tranche://app/index.html')).headers.get('content-security-policy'))
  expect(policy).toContain('default-src \'none\'')
  expect(policy).not.toMatch(/unsafe|\*/)
})

it('answers no other window, even one with the same page and preload', async () => {
  const { electron } = await launchApp()
  const said = await electron.evaluate(async ({ BrowserWindow, app }) => {
    const other = new BrowserWindow({ show: false, webPreferences: { preload: `${app.getAppPath()}/out/preload/preload.cjs`, sandbox: true } })
    await other.loadURL('data:text/html,other')
    const said = await other.webContents.executeJavaScript('window.tranche.call("lab.info", {}).then(() => "answered", error => error.message)')
    other.destroy()
    return said as string
  })
  expect(said).toContain('may not call the lab')
})

it('has no camera, no location and no notifications to give', async () => {
  const { page } = await launchApp()
  const asked = await page.evaluate(() => Promise.all((['camera', 'geolocation', 'notifications'] as PermissionName[]).map(async name => (await navigator.permissions.query({ name })).state)))
  expect(asked).toEqual(['denied', 'denied', 'denied'])
  expect(await page.evaluate(() => navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'given', error => (error as Error).name))).not.toBe('given')
})
