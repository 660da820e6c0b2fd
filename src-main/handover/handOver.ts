import type { ExportFormat } from '../contract/model'
import type { GpuTables } from '../slicing/gpuModel'
import type { HandOver, HandOverDevice } from './handOverDevice'
import { TrancheError } from '../contract/errors'
import { devicePlugin } from './devicePlugin'
import { migParted } from './migParted'
import { nvidiaSmiScript } from './nvidiaSmiScript'
import { slurm } from './slurm'
import { vsphere } from './vsphere'

/**
 * The layouts of devices in another tool's words, as files, with notes on what that tool does differently.
 *
 * Throws `unsupported`, with the target, the device and the slice by name, where the target cannot say what is meant; and
 * `invalid_input` where there is no GPU to export.
 */
export function handOver(format: ExportFormat, devices: readonly HandOverDevice[], gpus: GpuTables): HandOver {
  if (devices.length === 0)
    throw new TrancheError('invalid_input', 'There is no GPU to export. Add one to the lab, or name one.')
  switch (format) {
    case 'mig-parted':
      return migParted(devices, gpus)
    case 'nvidia-smi':
      return nvidiaSmiScript(devices, gpus)
    case 'device-plugin':
      return devicePlugin(devices)
    case 'slurm':
      return slurm(devices, gpus)
    case 'vsphere':
      return vsphere(devices, gpus)
  }
}
