import type { HandOverDevice } from './handOverDevice'
import { refuse } from './refuse'

/**
 * How many equal parts a device in mode `shared`, or with time-sliced vGPUs of one size, is cut into. For targets that
 * know a GPU only as a number of equal, unscheduled shares; refuses what is more than that.
 */
export function equalParts(target: string, device: HandOverDevice): number {
  if (device.mode === 'vgpu' && device.settings.vgpuMode === 'mixed')
    return refuse(target, device, 'its vGPUs are in mixed-size mode, and all shares must be equal', 'Put it in equal-size mode, or hand it over to vSphere.')
  if (device.mode === 'vgpu' && (device.settings.policy ?? 'best-effort') !== 'best-effort')
    return refuse(target, device, `its policy is ${device.settings.policy?.replace('-', ' ')}, and no share of the time is promised there`, 'Set the policy to best effort, or hand it over to vSphere.')
  const odd = device.slices.find(({ memoryMiB }) => memoryMiB !== device.slices[0].memoryMiB)
  if (odd)
    return refuse(target, device, `its slice ${odd.profile} has ${odd.memoryMiB} MiB and its slice ${device.slices[0].profile} has ${device.slices[0].memoryMiB} MiB, and all shares must be equal`, 'Cut it into equal parts.')
  return device.slices.length
}
