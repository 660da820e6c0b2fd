import type { BackendId } from '../../../contract/model'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'

/** What lies beside ONNX Runtime's library on this host. */
export interface RuntimeFiles {
  readonly platform: NodeJS.Platform
  readonly arch: string
  /** Names of the files in the folder of the library. */
  readonly names: readonly string[]
}

/** As a person reads them. */
export const backendNames: Readonly<Record<BackendId, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  directml: 'DirectML',
  coreml: 'Core ML',
}

/** Typed by a person to fetch what the package does not bring. */
export const cudaSetupCommand = 'npm run -s tranche -- setup cuda'

/**
 * Hosts whose ONNX Runtime (onnxruntime-node 1.30) was built with a backend; found by the names in its binding for each
 * system. CUDA and TensorRT are parts of their own that are fetched when someone asks for them.
 */
const builtFor: Readonly<Record<BackendId, readonly string[] | 'every host'>> = {
  cpu: 'every host',
  webgpu: ['darwin-arm64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'],
  cuda: ['linux-x64'],
  tensorrt: ['linux-x64'],
  directml: ['win32-arm64', 'win32-x64'],
  coreml: ['darwin-arm64'],
}

const neededFiles: Readonly<Partial<Record<BackendId, readonly string[]>>> = {
  cuda: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  tensorrt: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_tensorrt.so'],
}

/** Reads a folder's names and loads nothing. */
export function readRuntimeFiles(): RuntimeFiles {
  const { platform, arch } = process
  const bin = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin')
  const folders = existsSync(bin) ? readdirSync(bin).map(napi => join(bin, napi, platform, arch)) : []
  return { platform, arch, names: folders.filter(folder => existsSync(folder)).flatMap(folder => readdirSync(folder)) }
}

/** Why ONNX Runtime cannot even try a backend on this host, and what to do, or null. */
export function whyNotInstalled(id: BackendId, { platform, arch, names }: RuntimeFiles): string | null {
  const hosts = builtFor[id]
  if (hosts !== 'every host' && !hosts.includes(`${platform}-${arch}`))
    return `ONNX Runtime has no ${backendNames[id]} for ${platform} on ${arch}`
  const missing = (neededFiles[id] ?? []).filter(file => !names.includes(file))
  return missing.length > 0 ? `${backendNames[id]} is not installed: \`${cudaSetupCommand}\` fetches it` : null
}
