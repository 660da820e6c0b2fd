import type { GpuTables } from '../slicing/gpuModel'
import type { HandOver, HandOverDevice } from './handOverDevice'
import { gpuName } from './handOverDevice'
import { countOf, gpuOf, isUndivided, migProfileOf, migTableOf } from './migTypes'
import { refuse } from './refuse'

const target = 'vSphere'

/** The scheduler of a host's vGPUs, RmPVMRL of the NVIDIA module: best effort, equal share, fixed share. */
const schedulers = { 'best-effort': '0x00', 'equal-share': '0x01', 'fixed-share': '0x11' } as const

/**
 * For each device the host's mode and the vGPU profiles of its virtual machines, by the names that vSphere shows:
 * `grid_a100d-20c`.
 * Sources: vSphere API, HostGraphicsConfigVgpuMode and HostGraphicsInfoVgpuMode; NVIDIA vGPU guide, vGPU type names.
 */
export function vsphere(devices: readonly HandOverDevice[], gpus: GpuTables): HandOver {
  const text = devices.map(device => [`# ${gpuName(device)}, ${device.model}`, ...linesOf(device, gpus), ''].join('\n'))
  return {
    files: [{ name: 'vsphere-profiles.txt', text: text.join('\n') }],
    notes: [
      'Each line under profiles is the vGPU profile of one virtual machine, with how many there are of it. vSphere chooses their places.',
      ...(devices.some(({ mode }) => mode === 'mig') ? ['multiInstanceGpu is what the host reports once MIG is on: enable it on the host with nvidia-smi -i <index> -mig 1. It makes the instances itself when a machine starts.'] : []),
      ...(devices.some(({ mode, settings }) => mode === 'vgpu' && settings.vgpuMode === 'mixed') ? ['mixedSize needs vSphere 8.0 Update 3 or later.'] : []),
      ...devices.filter(({ mode }) => mode === 'vgpu').map(schedulerNote),
    ],
  }
}

function linesOf(device: HandOverDevice, gpus: GpuTables): string[] {
  switch (device.mode) {
    case 'passthrough':
      return ['mode: DirectPath I/O']
    case 'vgpu':
      return [`mode: ${device.settings.vgpuMode === 'mixed' ? 'mixedSize' : 'sameSize'}`, ...profileLines(device.slices.map(({ profile }) => profile))]
    case 'mig':
      return ['mode: multiInstanceGpu', ...profileLines(migTypesOf(device, gpus))]
    case 'sriov':
      return refuse(target, device, 'its virtual functions have no profile names', 'Assign them to the machines as DirectPath I/O devices by hand.')
    case 'shared':
      return refuse(target, device, `${device.slices.at(0)?.profile ?? 'any size'} is a part of any size, and vSphere has fixed profiles only`, 'Put it in mode vgpu or mig.')
  }
}

function migTypesOf(device: HandOverDevice, gpus: GpuTables): string[] {
  const mig = migTableOf(target, device, gpus)
  return device.slices.map((slice) => {
    const type = mig.vgpuTypes.find(({ profile }) => profile === slice.profile)
    if (!type)
      return refuse(target, device, `no vGPU type of ${gpuOf(target, device, gpus).model} is known for ${slice.profile} at slot ${slice.start}`, 'Cut it into a profile that has one, or hand the device out whole.')
    if (!isUndivided(slice, migProfileOf(target, device, slice, mig)))
      return refuse(target, device, `${slice.profile} at slot ${slice.start} is divided into compute instances, and a vGPU takes the whole of it`, 'Give it one compute instance.')
    return type.name
  })
}

function profileLines(types: readonly string[]): string[] {
  const counts = countOf(types.map(type => `grid_${type.toLowerCase()}`))
  return counts.size === 0 ? [] : ['profiles:', ...[...counts].map(([name, count]) => `  ${count} x ${name}`)]
}

function schedulerNote(device: HandOverDevice): string {
  const { policy = 'best-effort', timeSliceMs = null } = device.settings
  // With a time slice the word is 0x00TT00SS: TT the milliseconds, SS the scheduler.
  const word = timeSliceMs === null || policy === 'best-effort'
    ? schedulers[policy]
    : `0x00${Math.round(timeSliceMs).toString(16).toUpperCase().padStart(2, '0')}00${schedulers[policy].slice(2)}`
  return `${gpuName(device)}: the scheduler is set on the host and not in a profile: RmPVMRL=${word} for ${policy.replace('-', ' ')}.`
}
