import type { DeviceRow } from '../store/devices'

/** Why no job can run on a device, or null. */
export function whyUnusable(device: Pick<DeviceRow, 'kind' | 'present'>, cudaInstalled: boolean): string | null {
  if (!device.present)
    return 'the device was not found at the last start'
  if (device.kind === 'gpu' && !cudaInstalled)
    return 'ONNX Runtime\'s CUDA provider is not installed on this host'
  return null
}
