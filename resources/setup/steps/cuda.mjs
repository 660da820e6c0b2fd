/**
 * ONNX Runtime's CUDA and TensorRT providers: some hundred megabytes that its package does not bring. Nothing asks for
 * them but `setup cuda`.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { capture } from '../lib/child.mjs'
import { SetupFailure } from '../lib/failure.mjs'
import { writeWhole } from '../lib/files.mjs'
import { inRepo } from '../lib/paths.mjs'

/** Known from the package's own `script/install-metadata.js`. */
const FILES = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_tensorrt.so']
const NUGET_PACKAGE = 'Microsoft.ML.OnnxRuntime.Gpu.Linux'
const HOME = inRepo('node_modules', 'onnxruntime-node')

/**
 * @typedef {object} CudaOptions
 * @property {string} [home] the folder of onnxruntime-node
 * @property {string} [host] platform and architecture, such as `linux-x64`
 * @property {typeof capture} [run] starts the package's own script
 */

/**
 * @param {CudaOptions} [options]
 * @returns {import('../lib/steps.mjs').Step} asked for by name, and part of no purpose
 */
export function cudaStep({ home = HOME, host = `${process.platform}-${process.arch}`, run = capture } = {}) {
  const folder = join(home, 'bin', 'napi-v6', 'linux', 'x64')
  // The script writes the files where they are loaded: while this is there, they may be half-written.
  const stamp = join(folder, '.fetching-cuda')
  return {
    name: 'cuda',
    needed: () => existsSync(stamp) || FILES.some(file => !existsSync(join(folder, file))),
    run: async (progress) => {
      if (host !== 'linux-x64')
        throw new SetupFailure(`ONNX Runtime has no CUDA libraries for ${host}, only for linux-x64`, 'use WebGPU, which needs no set-up: submit a job with --backend webgpu,cpu')
      const there = existsSync(stamp) ? [] : FILES.filter(file => existsSync(join(folder, file)))
      writeWhole(stamp, '')
      progress.update('fetching, some hundred megabytes')
      const { code, output } = await run(process.execPath, [join(home, 'script', 'install.js'), '--onnxruntime-node-install=cuda12'], {
        cwd: home,
        onLine: line => progress.update(line.trim()),
      })
      const missing = FILES.filter(file => !existsSync(join(folder, file)))
      if (code !== 0 || missing.length > 0) {
        FILES.filter(file => !there.includes(file)).forEach(file => rmSync(join(folder, file), { force: true }))
        rmSync(stamp, { force: true })
        throw new SetupFailure('the CUDA libraries could not be fetched', byHand(home, folder), reasonIn(output))
      }
      rmSync(stamp)
    },
  }
}

/**
 * @param {string} home
 * @param {string} folder
 */
function byHand(home, folder) {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  return `check the network (GLOBAL_AGENT_HTTPS_PROXY names a proxy) and run the same command again. Without a network: fetch the NuGet package ${NUGET_PACKAGE} ${version} elsewhere, unzip it, and copy ${FILES.join(', ')} from its runtimes/linux-x64/native into ${folder}`
}

/**
 * The script ends in an uncaught error, and Node prints the line it came from around it.
 *
 * @param {string} output
 */
function reasonIn(output) {
  const lines = output.split('\n')
  return lines.find(line => /^\s*\[?\w*Error\b.*:/.test(line))?.trim() ?? output
}
