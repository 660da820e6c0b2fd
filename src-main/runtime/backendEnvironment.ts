import type { BackendId } from '../contract/model'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The part of a GPU that a worker may see. */
export interface GpuOfSlice {
  /** UUID as the driver names it: a GPU's, or a MIG compute instance's (`MIG-…`). Null where the slice lies on no real GPU. */
  readonly uuid: string | null
  /** Share of the GPU's multiprocessors, 0 to 1. */
  readonly computeShare: number
  readonly memoryMiB: number
}

/** What the host adds. */
export interface BackendHost {
  /** Folder with Electron's SwiftShader (`swiftShaderFolder`), or null. */
  readonly swiftShader: string | null
  /** This process's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>
}

const cudaBackends: readonly BackendId[] = ['cuda', 'tensorrt']
/** A number that no GPU has: CUDA shows those that stand before the first unknown one, so none. */
const noGpu = '-1'

/** A person's own choice among several Vulkan drivers. */
const vulkanChoices = ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES']
const icdFile = 'vk_swiftshader_icd.json'

/**
 * What a worker needs in its environment so that a backend finds the slice's GPU and nothing else. CUDA then sees one
 * device, number 0; a worker whose slice lies on no real GPU sees none.
 *
 * A share of a GPU that is not a MIG instance is kept by MPS where its daemon runs (NVIDIA, "Multi-Process Service",
 * environment variables); without the daemon these variables do nothing. A MIG instance is its own limit.
 */
export function backendEnvironment(backends: readonly BackendId[], { uuid, computeShare, memoryMiB }: GpuOfSlice, host: BackendHost): Record<string, string> {
  const usesCuda = backends.some(id => cudaBackends.includes(id))
  const isPart = usesCuda && uuid !== null && !uuid.startsWith('MIG-') && computeShare < 1
  return {
    CUDA_VISIBLE_DEVICES: usesCuda && uuid !== null ? uuid : noGpu,
    ...isPart && {
      CUDA_MPS_ACTIVE_THREAD_PERCENTAGE: String(Math.min(100, Math.max(1, Math.round(computeShare * 100)))),
      CUDA_MPS_PINNED_DEVICE_MEM_LIMIT: `0=${Math.max(1, Math.floor(memoryMiB))}M`,
    },
    ...backends.includes('webgpu') && webGpu(host),
  }
}

/** `TRANCHE_WEBGPU=swiftshader` computes WebGPU on the CPU, by the Vulkan driver that comes with Electron. */
function webGpu({ swiftShader, env }: BackendHost): Record<string, string> {
  if (wantsSwiftShader(env) && swiftShader !== null) {
    return {
      VK_ICD_FILENAMES: join(swiftShader, icdFile),
      LD_LIBRARY_PATH: [swiftShader, env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
    }
  }
  return Object.fromEntries(vulkanChoices.flatMap(name => env[name] === undefined ? [] : [[name, env[name]]]))
}

export function wantsSwiftShader(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.TRANCHE_WEBGPU === 'swiftshader'
}

/** The first of some folders (an Electron's own, for one) that has SwiftShader and a Vulkan loader for Linux, or null. */
export function swiftShaderFolder(candidates: readonly string[]): string | null {
  return candidates.find(folder => [icdFile, 'libvk_swiftshader.so', 'libvulkan.so.1'].every(file => existsSync(join(folder, file)))) ?? null
}
