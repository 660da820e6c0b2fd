/**
 * `npm run bench -- window-start`: from the start of the process to the first frame that can be used, and the memory of all its
 * processes, for Tranche on a lab with its first devices and for an empty Electron + Vue window on the same runtime.
 *
 * Tranche is ready when its devices are drawn, the empty window when its button is; both times are the page's own clock in the
 * animation frame after that. Playwright starts both and costs both the same. They take turns.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import vue from '@vitejs/plugin-vue'
import { _electron as electron } from 'playwright-core'
import { build } from 'vite'
import { repoRoot } from '../../resources/setup/lib/paths.mjs'
import { sandboxFlags } from '../../resources/setup/lib/sandbox.mjs'
import { readRuntime } from '../../resources/setup/runtime/record.mjs'
import { spread, table } from './lib/figures.mjs'

const rounds = Number(process.argv[2] ?? 7)
const runtime = readRuntime()
const flags = sandboxFlags()
const stateDir = mkdtempSync(join(tmpdir(), 'tranche-bench-'))
const sides = {
  tranche: { args: [repoRoot, '--state', stateDir], ready: '[data-testid=device-card]' },
  empty: { args: [await buildEmptyWindow()], ready: '#ready' },
}

async function measure({ args, ready }) {
  const startedAtMs = Date.now()
  const app = await electron.launch({ executablePath: runtime.executable, args: [...flags, ...args] })
  const page = await app.firstWindow()
  await page.waitForSelector(ready)
  const readyAtMs = await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()))))
  await page.waitForTimeout(1500)
  const memoryMiB = await app.evaluate(({ app }) => app.getAppMetrics().reduce((sum, { memory }) => sum + memory.workingSetSize, 0) / 1024)
  await app.close()
  return { ms: readyAtMs - startedAtMs, memoryMiB }
}

/** An app whose page is one Vue component, built as Tranche's is. Returns its folder. */
async function buildEmptyWindow() {
  const folder = join(repoRoot, 'out', 'bench', 'empty-window')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty-window', version: '1.0.0', main: 'main.cjs' }))
  writeFileSync(join(folder, 'main.cjs'), `
    const { app, BrowserWindow } = require('electron')
    app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 820, webPreferences: { sandbox: true } }).loadFile('page/index.html'))
    app.on('window-all-closed', () => app.quit())`)
  await build({
    configFile: false,
    logLevel: 'warn',
    root: join(repoRoot, 'test', 'bench', 'window'),
    base: './',
    plugins: [vue()],
    build: { outDir: join(folder, 'page'), emptyOutDir: true },
  })
  return folder
}

for (const side of Object.values(sides))
  await measure(side)
const figures = { tranche: [], empty: [] }
for (let round = 0; round < rounds; round++) {
  for (const name of round % 2 ? ['tranche', 'empty'] : ['empty', 'tranche'])
    figures[name].push(await measure(sides[name]))
}
rmSync(stateDir, { recursive: true, force: true })

const row = (title, name) => [title, spread(figures[name].map(({ ms }) => ms), 0), spread(figures[name].map(({ memoryMiB }) => memoryMiB), 0)]
console.log(`${rounds} rounds in turn, Electron ${runtime.electron}`)
console.log(table([
  ['', 'ms to first usable frame: median (range)', 'MiB of all processes: median (range)'],
  row('Tranche', 'tranche'),
  row('empty Electron + Vue window', 'empty'),
]))
const ratio = key => spread(figures.tranche.map((figure, round) => figure[key] / figures.empty[round][key]))
console.log(`ratio, round by round: time ${ratio('ms')}, memory ${ratio('memoryMiB')}`)
