import type { Device } from '../contract/model'
import type { HandOverDevice, HandOverSlice } from './handOverDevice'

/**
 * The GPUs among the lab's devices with their layouts, counted from 0 in the order given. Compute instances become part of
 * their GPU instance.
 */
export function handOverDevices(devices: readonly Device[]): HandOverDevice[] {
  return devices.filter(({ kind }) => kind !== 'cpu').map((device, index) => ({
    name: device.name,
    index,
    model: device.model,
    mode: device.mode,
    settings: device.settings,
    slices: device.slices.filter(({ parentId }) => parentId === null).sort((a, b) => a.start - b.start).map(slice => sliceOf(device, slice)),
  }))
}

function sliceOf(device: Device, { id, profile, start, size, memoryMiB }: Device['slices'][number]): HandOverSlice {
  const inside = device.slices.filter(({ parentId }) => parentId === id).sort((a, b) => a.start - b.start)
  return { profile, start, size, memoryMiB, ...(inside.length > 0 && { compute: inside.map(compute => compute.size) }) }
}
