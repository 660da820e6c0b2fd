import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { capture, handOver } from '../lib/child.mjs'
import { withDisplay } from '../lib/display.mjs'
import { cacheRoot, repoRoot } from '../lib/paths.mjs'
import { Progress, reportResult } from '../lib/progress.mjs'
import { toolScript } from '../lib/tools.mjs'
import { readReport } from './counts.mjs'

/**
 * @typedef {object} Check
 * @property {string} name as in `npm test -- NAME`
 * @property {'sources' | 'node' | 'headless' | 'virtualWindow'} needs what must be set up for it
 * @property {() => Promise<{ok: boolean, tests?: import('./counts.mjs').Counts}>} run shows its own output
 */

function env() {
  return { ...process.env, TRANCHE_CACHE: cacheRoot() }
}

/**
 * Tools that only speak up when something is wrong, run side by side.
 *
 * @param {string} name
 * @param {readonly (readonly [packageName: string, command: string, ...args: string[]])[]} tools
 */
async function quiet(name, tools) {
  const progress = new Progress(name)
  const results = await Promise.all(tools.map(async ([packageName, command, ...args]) => ({
    command,
    ...await capture(process.execPath, [toolScript(packageName, command), ...args], { cwd: repoRoot, env: env() }),
  })))
  const failed = results.filter(({ code }) => code !== 0)
  if (failed.length > 0)
    progress.failed()
  else
    progress.done()
  for (const { command, output } of failed)
    process.stdout.write(`\n${command}:\n${output.trimEnd()}\n\n`)
  return { ok: failed.length === 0 }
}

/**
 * One vitest project; its own output goes straight through.
 *
 * @param {string} project
 * @param {(command: string, args: readonly string[]) => [string, string[]]} [wrap]
 */
async function vitest(project, wrap = (command, args) => [command, [...args]]) {
  const folder = mkdtempSync(join(tmpdir(), 'tranche-test-'))
  const report = join(folder, 'report.json')
  const startedAt = performance.now()
  const [command, args] = wrap(process.execPath, [
    toolScript('vitest'),
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  const code = await handOver(command, args, { cwd: repoRoot, env: env() })
  const tests = readReport(report)
  rmSync(folder, { recursive: true })
  reportResult(project, performance.now() - startedAt, code === 0)
  return { ok: code === 0, tests }
}

/** @type {readonly Check[]} */
export const checks = [
  {
    name: 'lint',
    needs: 'sources',
    run: () => quiet('lint', [
      ['eslint', 'eslint', '.'],
      ['dependency-cruiser', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src-main', 'src-renderer'],
      ['knip', 'knip'],
    ]),
  },
  { name: 'types', needs: 'sources', run: () => quiet('types', [['vue-tsc', 'vue-tsc', '--noEmit', '-p', 'tsconfig.json']]) },
  { name: 'unit', needs: 'node', run: () => vitest('unit') },
  { name: 'property', needs: 'node', run: () => vitest('property') },
  { name: 'integration', needs: 'headless', run: () => vitest('integration') },
  { name: 'e2e', needs: 'virtualWindow', run: () => vitest('e2e', withDisplay) },
]
