import type { DeviceRow } from '../store/devices'
import type { SliceRow } from '../store/slices'

/**
 * Threads for a worker on a slice: its share of the host's cores, at least one. What computes on a virtual GPU is the
 * host's CPU, so its slices share the same cores.
 */
export function threadsOf(slice: Pick<SliceRow, 'computeShare'>, cores: number): number {
  return Math.max(1, Math.round(slice.computeShare * cores))
}

/** Why no job can run on a device, or null. */
export function whyUnusable(device: Pick<DeviceRow, 'kind' | 'present'>, cudaInstalled: boolean): string | null {
  if (!device.present)
    return 'the device was not found at the last start'
  if (device.kind === 'gpu' && !cudaInstalled)
    return 'ONNX Runtime\'s CUDA provider is not installed on this host'
  return null
}
