import type { GpuHealth } from '../../contract/model'
import type { NvmlDevice } from './reading'

/**
 * Health and use of a GPU as the doors show it.
 *
 * @param reading what its driver told
 * @param device the lab's id of it
 * @param atMs when it told that
 */
export function healthOf(reading: NvmlDevice, device: string, atMs: number): GpuHealth {
  return {
    device,
    atMs,
    memoryUsedMiB: reading.memoryMiB?.used ?? null,
    utilisation: reading.utilisation,
    temperatureC: reading.temperatureC,
    powerW: reading.powerW,
    eccErrors: reading.eccErrors,
    processes: (reading.processes ?? []).map(({ pid, memoryMiB }) => ({ pid, memoryMiB })),
  }
}
