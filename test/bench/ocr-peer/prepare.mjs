import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { build } from 'vite'
import { repoRoot } from '../../../resources/setup/lib/paths.mjs'

const run = promisify(execFile)

/** The version the figures are about. */
const peerVersion = '1.4.8'

/**
 * Installs the peer with our version of ONNX Runtime, so that both sides run on the same engine. No install scripts
 * run: they would fetch the engine's GPU libraries.
 *
 * @returns {Promise<string | null>} null, or in a line why it could not be installed.
 */
export async function installPeer(folder) {
  const engine = JSON.parse(readFileSync(join(repoRoot, 'package.json'), 'utf8')).dependencies['onnxruntime-node']
  const manifest = JSON.stringify({ private: true, dependencies: { '@gutenye/ocr-node': peerVersion, 'onnxruntime-node': engine } }, null, 2)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), manifest)
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder, maxBuffer: 1 << 26, shell: process.platform === 'win32' })
    return null
  }
  catch (thrown) {
    return String(thrown.stderr ?? thrown).split('\n').find(line => line.includes('error')) ?? String(thrown)
  }
}

/** Bundles `bundle.ts`, as the build does the worker. Returns the module's path. */
export async function bundleOurs(folder) {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: repoRoot,
    build: {
      ssr: 'test/bench/ocr-peer/bundle.ts',
      outDir: folder,
      target: 'node20',
      rollupOptions: { output: { format: 'es', entryFileNames: 'ocr-peer.mjs' } },
    },
  })
  return join(folder, 'ocr-peer.mjs')
}
