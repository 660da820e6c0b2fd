import type { Backend, BackendId } from '../contract/model'
import type { RuntimeFiles } from '../runtime/worker/backends/installed'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { backendIds } from '../contract/model'
import { backendNames, whyNotInstalled } from '../runtime/worker/backends/installed'

/** What is known of this host without asking a driver. */
export interface BackendHost {
  readonly files: RuntimeFiles
  /** Such as `2 cores of AMD EPYC`. */
  readonly cpu: string
  /** Names of the real GPUs that were found. */
  readonly gpus: readonly string[]
  /** Vulkan drivers that WebGPU would find on Linux (`vulkanDrivers`). */
  readonly vulkanDrivers: readonly string[]
  /** Whether `TRANCHE_WEBGPU=swiftshader` is set and SwiftShader is there. */
  readonly swiftShader: boolean
}

/** Every backend, and whether this host can use it. Looks at files only: no GPU is started in this process. */
export function listBackends(host: BackendHost): Backend[] {
  return backendIds.map((id) => {
    const missing = whyNotInstalled(id, host.files)
    const installed = missing === null
    return { id, name: backendNames[id], installed, usable: installed && hasDevice(id, host), detail: installed ? detail(id, host) : `${missing}.` }
  })
}

function detail(id: BackendId, host: BackendHost): string {
  switch (id) {
    case 'cpu': return `Runs on ${host.cpu}.`
    case 'webgpu': return webGpu(host)
    case 'cuda':
    case 'tensorrt': return nvidia(id, host)
    case 'directml': return 'Runs on the first GPU that Windows names, of any maker.'
    case 'coreml': return 'Runs on this Mac\'s GPU and Neural Engine, as Core ML chooses.'
  }
}

/** Whether there is something that an installed backend would run on. */
function hasDevice(id: BackendId, host: BackendHost): boolean {
  if (id === 'cuda' || id === 'tensorrt')
    return host.gpus.length > 0
  return id !== 'webgpu' || !hasNoAdapter(host)
}

/** On Linux WebGPU computes by Vulkan; elsewhere the system brings what it needs. */
function hasNoAdapter({ files, vulkanDrivers, swiftShader }: BackendHost): boolean {
  return files.platform === 'linux' && vulkanDrivers.length === 0 && !swiftShader
}

function webGpu(host: BackendHost): string {
  const { files, gpus, vulkanDrivers, swiftShader } = host
  if (swiftShader)
    return 'Runs on SwiftShader, which computes on the CPU, because TRANCHE_WEBGPU=swiftshader is set.'
  if (files.platform !== 'linux')
    return 'Runs on the system\'s own GPU.'
  if (hasNoAdapter(host))
    return 'There is no adapter: no Vulkan driver is installed. Install the one of your GPU (for AMD and Intel the package mesa-vulkan-drivers, for NVIDIA its driver), or set TRANCHE_WEBGPU=swiftshader to compute on the CPU.'
  return gpus.length > 0 ? `Runs on ${gpus.join(', ')} by Vulkan.` : `Runs on what the Vulkan drivers find (${vulkanDrivers.join(', ')}).`
}

/** The libraries of CUDA 12 and cuDNN 9 are NVIDIA's own, and not fetched. */
function nvidia(id: 'cuda' | 'tensorrt', { gpus }: BackendHost): string {
  if (gpus.length === 0)
    return 'Installed, but no NVIDIA GPU was found. Check that `nvidia-smi` lists it.'
  const needs = id === 'cuda' ? 'CUDA 12 and cuDNN 9' : 'CUDA 12, cuDNN 9 and TensorRT 10'
  return `Runs on ${gpus.join(', ')}. Needs the libraries of ${needs} on the library path.`
}

/** Where the Vulkan loader of Linux looks (its "LoaderDriverInterface", driver discovery), without what is set by variables. */
const icdFolders = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d']

/** Names of the Vulkan drivers of this host; a person's own choice by `VK_DRIVER_FILES` or `VK_ICD_FILENAMES` goes first. */
export function vulkanDrivers(env: Readonly<Record<string, string | undefined>>, folders: readonly string[] = icdFolders): string[] {
  const chosen = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES
  const files = chosen ? chosen.split(':') : folders.flatMap(folder => filesIn(folder).map(name => join(folder, name)))
  return files.filter(file => file.endsWith('.json')).map(nameOf)
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  }
  catch {
    return []
  }
}

/** `radeon_icd.x86_64.json` is the driver `radeon`. */
function nameOf(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.json$/, '').replace(/[._-]icd.*$|\.(?:x86_64|aarch64|i686)$/, '')
}
