import type { Answer } from './answers'
import type { Nvml } from './library'
import type { NvmlProcess } from './reading'
import { askList, isTooOld } from './answers'

/** What NVML says in place of a figure that it does not have (NVML_VALUE_NOT_AVAILABLE), and of an id. */
const noFigure = 2n ** 64n - 1n
const noId = 2 ** 32 - 1

/** The processes that compute on a device. */
export function readProcesses(nvml: Nvml, device: bigint): Answer<NvmlProcess[]> {
  for (const name of ['nvmlDeviceGetComputeRunningProcesses_v3', 'nvmlDeviceGetComputeRunningProcesses_v2'] as const) {
    const found = askList(nvml, 'processV2', 64, (list, count) => nvml.call(name, device, count, list))
    if (!isTooOld(found))
      return found.ok ? { ok: true, value: found.value.map(process => describe(process, process.gpuInstanceId)) } : found
  }
  const found = askList(nvml, 'processV1', 64, (list, count) => nvml.call('nvmlDeviceGetComputeRunningProcesses', device, count, list))
  return found.ok ? { ok: true, value: found.value.map(process => describe(process, noId)) } : found
}

function describe(process: { readonly pid: number, readonly usedGpuMemory: number | bigint }, instanceId: number): NvmlProcess {
  const isKnown = BigInt(process.usedGpuMemory) !== noFigure
  return {
    pid: process.pid,
    memoryMiB: isKnown ? Math.round(Number(process.usedGpuMemory) / 1024 ** 2) : null,
    instanceId: instanceId === noId ? null : instanceId,
  }
}
