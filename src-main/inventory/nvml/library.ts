import process from 'node:process'
import koffi from 'koffi'
import { nvmlCodes } from './returnCodes'

/** The functions that are called, with their parameters as nvml.h declares them. Outputs are pointers to buffers. */
const signatures = {
  nvmlInit_v2: [],
  nvmlSystemGetDriverVersion: ['void *', 'uint32'],
  nvmlDeviceGetCount_v2: ['void *'],
  nvmlDeviceGetHandleByIndex_v2: ['uint32', 'void *'],
  nvmlDeviceGetHandleByUUID: ['str', 'void *'],
  nvmlDeviceGetUUID: ['void *', 'void *', 'uint32'],
  nvmlDeviceGetName: ['void *', 'void *', 'uint32'],
  nvmlDeviceGetPciInfo_v3: ['void *', 'void *'],
  nvmlDeviceGetMemoryInfo: ['void *', 'void *'],
  nvmlDeviceGetMemoryInfo_v2: ['void *', 'void *'],
  nvmlDeviceGetUtilizationRates: ['void *', 'void *'],
  nvmlDeviceGetTemperature: ['void *', 'uint32', 'void *'],
  nvmlDeviceGetPowerUsage: ['void *', 'void *'],
  nvmlDeviceGetTotalEccErrors: ['void *', 'uint32', 'uint32', 'void *'],
  nvmlDeviceGetComputeRunningProcesses: ['void *', 'void *', 'void *'],
  nvmlDeviceGetComputeRunningProcesses_v2: ['void *', 'void *', 'void *'],
  nvmlDeviceGetComputeRunningProcesses_v3: ['void *', 'void *', 'void *'],
  nvmlDeviceGetMigMode: ['void *', 'void *', 'void *'],
  nvmlDeviceSetMigMode: ['void *', 'uint32', 'void *'],
  nvmlDeviceGetGpuInstanceProfileInfo: ['void *', 'uint32', 'void *'],
  nvmlDeviceGetGpuInstanceProfileInfoV: ['void *', 'uint32', 'void *'],
  nvmlDeviceGetGpuInstancePossiblePlacements: ['void *', 'uint32', 'void *', 'void *'],
  nvmlDeviceGetGpuInstancePossiblePlacements_v2: ['void *', 'uint32', 'void *', 'void *'],
  nvmlDeviceCreateGpuInstanceWithPlacement: ['void *', 'uint32', 'void *', 'void *'],
  nvmlDeviceGetGpuInstances: ['void *', 'uint32', 'void *', 'void *'],
  nvmlGpuInstanceGetInfo: ['void *', 'void *'],
  nvmlGpuInstanceDestroy: ['void *'],
  nvmlGpuInstanceGetComputeInstanceProfileInfo: ['void *', 'uint32', 'uint32', 'void *'],
  nvmlGpuInstanceCreateComputeInstance: ['void *', 'uint32', 'void *'],
  nvmlGpuInstanceGetComputeInstances: ['void *', 'uint32', 'void *', 'void *'],
  nvmlComputeInstanceGetInfo: ['void *', 'void *'],
  nvmlComputeInstanceGetInfo_v2: ['void *', 'void *'],
  nvmlComputeInstanceDestroy: ['void *'],
  nvmlDeviceGetMaxMigDeviceCount: ['void *', 'void *'],
  nvmlDeviceGetMigDeviceHandleByIndex: ['void *', 'uint32', 'void *'],
  nvmlDeviceGetGpuInstanceId: ['void *', 'void *'],
  nvmlDeviceGetComputeInstanceId: ['void *', 'void *'],
  nvmlDeviceGetSupportedVgpus: ['void *', 'void *', 'void *'],
  nvmlVgpuTypeGetName: ['uint32', 'void *', 'void *'],
  nvmlVgpuTypeGetFramebufferSize: ['uint32', 'void *'],
  nvmlVgpuTypeGetMaxInstances: ['void *', 'uint32', 'void *'],
} as const satisfies Record<string, readonly string[]>

export type NvmlFunction = keyof typeof signatures
export type NvmlArgument = number | bigint | string | Buffer | null

export interface Nvml {
  /** Calls a function and answers its return code; `functionNotFound` where this driver has no such function. */
  readonly call: (name: NvmlFunction, ...args: NvmlArgument[]) => number
  /** A return code in the driver's words: `In use by another client`. */
  readonly textOf: (code: number) => string
}

/** The library's name on each platform, found by the system's own search. */
export const defaultLibrary = process.platform === 'win32' ? 'nvml.dll' : 'libnvidia-ml.so.1'

/** Loads NVML. Throws if there is no such library; calls nothing in it. */
export function loadNvml(path: string): Nvml {
  const library = koffi.load(path, { lazy: true })
  const functions = new Map<NvmlFunction, ((...args: NvmlArgument[]) => number) | null>()

  function find(name: NvmlFunction): ((...args: NvmlArgument[]) => number) | null {
    const known = functions.get(name)
    if (known !== undefined)
      return known
    const found = lookUp(() => library.func(name, 'int', [...signatures[name]]))
    functions.set(name, found)
    return found
  }

  const errorString = lookUp(() => library.func('nvmlErrorString', 'str', ['int']))
  return {
    call: (name, ...args) => find(name)?.(...args) ?? nvmlCodes.functionNotFound,
    textOf: code => code === nvmlCodes.functionNotFound ? 'Function not found' : errorString?.(code) ?? `NVML error ${code}`,
  }
}

/** Null for a function that this version of the library does not have: drivers of many ages are in use. */
function lookUp<F>(declare: () => F): F | null {
  try {
    return declare()
  }
  catch {
    return null
  }
}
