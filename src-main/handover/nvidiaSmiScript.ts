import type { GpuTables } from '../slicing/gpuModel'
import type { HandOver, HandOverDevice } from './handOverDevice'
import { gpuName, indexNote } from './handOverDevice'
import { isUndivided, migProfileOf, migTableOf } from './migTypes'
import { refuse } from './refuse'

const target = 'nvidia-smi'

/**
 * A shell script of nvidia-smi commands that makes the same instances at the same starts, on GPUs that have none.
 * Source: NVIDIA MIG User Guide; `nvidia-smi mig -h`.
 */
export function nvidiaSmiScript(devices: readonly HandOverDevice[], gpus: GpuTables): HandOver {
  const text = ['#!/bin/sh', 'set -eu', ...devices.flatMap(device => ['', `# ${gpuName(device)}, ${device.model}`, ...commandsOf(device, gpus)])]
  return {
    files: [{ name: 'nvidia-smi.sh', text: `${text.join('\n')}\n` }],
    notes: [
      indexNote,
      'Run it as root. It stops at the first command that fails, and destroys nothing: the GPUs must hold no instance yet.',
      'Enabling MIG may need a GPU reset (on Ampere), and instances are gone after a reboot: run it again then.',
    ],
  }
}

function commandsOf(device: HandOverDevice, gpus: GpuTables): string[] {
  if (device.mode === 'passthrough')
    return gpus.get(device.model)?.mig ? [`nvidia-smi -i ${device.index} -mig 0`] : ['# Handed out whole: nothing to do.']
  if (device.mode !== 'mig') {
    const slice = device.slices.at(0)
    return refuse(target, device, `it is in mode ${device.mode}${slice ? ` with ${slice.profile}` : ''}, and nvidia-smi cuts only by MIG`, device.mode === 'vgpu' ? 'Hand it over to vSphere, or cut it by MIG.' : 'Leave it out of the export, or cut it by MIG.')
  }
  const mig = migTableOf(target, device, gpus)
  const cuts = device.slices.map(slice => ({ slice, profile: migProfileOf(target, device, slice, mig) }))
  const place = ({ slice, profile }: typeof cuts[number]) => `${profile.profileId}:${slice.start}`
  const whole = cuts.filter(({ slice, profile }) => isUndivided(slice, profile))
  const divided = cuts.filter(({ slice, profile }) => !isUndivided(slice, profile))
  const onGpu = `nvidia-smi mig -i ${device.index}`
  return [
    `nvidia-smi -i ${device.index} -mig 1`,
    ...(whole.length > 0 ? [`${onGpu} -cgi ${whole.map(place).join(',')} -C`] : []),
    ...(divided.length > 0 ? [`${onGpu} -cgi ${divided.map(place).join(',')}`] : []),
    // The driver chooses the id of a GPU instance, so the script asks for it by the place.
    ...divided.filter(({ slice }) => slice.compute && slice.compute.length > 0).flatMap(({ slice }) => [
      `gi=$(${onGpu} -lgi | awk '$7 == "${slice.start}:${slice.size}" { print $6 }')`,
      `${onGpu} -gi "$gi" -cci ${slice.compute?.map(computeProfileId).join(',')}`,
    ]),
  ]
}

/** Ids of compute-instance profiles: 0 to 3 for one to four slices, 4 for seven, 6 for six (NVML_COMPUTE_INSTANCE_PROFILE_* of nvml.h). */
function computeProfileId(slices: number): number {
  return slices === 7 ? 4 : slices === 6 ? 6 : slices - 1
}
