import type { DeviceMode, ModeSettings } from '../../contract/model'
import type { GpuModel } from '../gpuModel'
import { TrancheError } from '../../contract/errors'

/**
 * The settings of a device in a mode, whole and legal: what the mode does not know is dropped, what is absent gets the
 * vendor's default. Throws `conflict` for settings that the vendor refuses.
 * Sources: NVIDIA vGPU guide, scheduling policies (time slice 1 to 30 ms) and heterogeneous vGPUs (no fixed share).
 */
export function settle(mode: DeviceMode, settings: ModeSettings, gpu: GpuModel | undefined): ModeSettings {
  switch (mode) {
    case 'sriov':
      return { functions: checkFunctions(settings.functions, gpu) }
    case 'vgpu':
      return checkVgpu(settings, gpu)
    default:
      return {}
  }
}

/** How many functions a device shows unless told otherwise. */
const fewFunctions = 4

function checkFunctions(functions: number | undefined, gpu: GpuModel | undefined): number {
  const most = gpu?.sriov?.maxFunctions ?? 1
  if (functions !== undefined && functions > most)
    throw new TrancheError('conflict', `${gpu?.model ?? 'The device'} shows at most ${most} virtual functions, not ${functions}.`)
  return functions ?? Math.min(most, fewFunctions)
}

function checkVgpu({ vgpuMode = 'equal', policy = 'best-effort', timeSliceMs = null }: ModeSettings, gpu: GpuModel | undefined): ModeSettings {
  if (vgpuMode === 'mixed' && gpu?.vgpu?.mixedSize !== true)
    throw new TrancheError('conflict', `${gpu?.model ?? 'The device'} has no mixed-size mode: the vendor's tables list none for ${gpu?.architecture ?? 'it'}. Use equal size.`)
  if (vgpuMode === 'mixed' && policy === 'fixed-share')
    throw new TrancheError('conflict', 'Fixed share needs vGPUs of one size: in mixed-size mode only best effort and equal share are allowed.')
  if (policy === 'best-effort' && timeSliceMs !== null)
    throw new TrancheError('conflict', 'Best effort has no time slice to set: choose equal share or fixed share, or leave the time slice out.')
  return { vgpuMode, policy, timeSliceMs }
}
