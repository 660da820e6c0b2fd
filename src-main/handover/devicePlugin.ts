import type { HandOver, HandOverDevice } from './handOverDevice'
import { equalParts } from './equalParts'
import { gpuName } from './handOverDevice'
import { refuse } from './refuse'

const target = 'The NVIDIA device plugin for Kubernetes'

/**
 * A configuration of the NVIDIA device plugin for Kubernetes. It takes MIG devices as they are, and shares every whole
 * GPU of a node alike: one number of equal replicas, by time-slicing or, without MIG, by MPS.
 * Source: NVIDIA k8s-device-plugin, README, Shared Access to GPUs.
 */
export function devicePlugin(devices: readonly HandOverDevice[]): HandOver {
  const whole = devices.filter(({ mode, slices }) => mode !== 'mig' && slices.length > 0)
  const parts = new Map(whole.map(device => [device, partsOf(device)]))
  const [first] = whole
  const other = whole.find(device => parts.get(device) !== parts.get(first))
  if (other)
    return refuse(target, other, `it is cut into ${parts.get(other)} and ${gpuName(first)} into ${parts.get(first)}, and all GPUs of a node have one number of replicas`, 'Cut both into the same number of parts, or export them for two nodes.')
  const replicas = parts.get(first) ?? 1
  const inMig = devices.filter(({ mode }) => mode === 'mig')
  const isMps = replicas > 1 && inMig.length === 0 && whole.every(({ mode }) => mode === 'shared')
  const files = [{ name: 'device-plugin.yaml', text: configOf(inMig.length > 0, replicas > 1 ? { way: 'timeSlicing', replicas } : null) }]
  return {
    files: isMps ? [...files, { name: 'device-plugin-mps.yaml', text: configOf(false, { way: 'mps', replicas }) }] : files,
    notes: [
      ...(inMig.length > 0 ? [`The plugin makes no MIG layout: make that of ${inMig.map(gpuName).join(', ')} with mig-parted or nvidia-smi first. Each profile is then a resource, such as nvidia.com/mig-1g.10gb.`] : []),
      ...(replicas > 1 ? ['By time-slicing no memory and no share of the time is guarded: a pod can take the memory of the others, and asking for two replicas gives no bigger share.'] : []),
      ...(isMps ? [`By MPS each of the ${replicas} replicas is limited to an equal part of the memory and of the compute. Use one of the two files.`] : []),
      ...(replicas > 1 && inMig.length > 0 && whole.some(({ mode }) => mode === 'shared') ? ['MPS, which would guard the memory, is not possible on a node with MIG devices.'] : []),
      ...devices.filter(({ mode, slices }) => mode !== 'mig' && slices.length === 0).map(device => `${gpuName(device)} has no slices and was left out; on the same node the plugin would share it like the others.`),
    ],
  }
}

function partsOf(device: HandOverDevice): number {
  switch (device.mode) {
    case 'passthrough':
      return 1
    case 'shared':
    case 'vgpu':
      return equalParts(target, device)
    case 'sriov':
    case 'mig':
      return refuse(target, device, `it is in mode ${device.mode}, and the plugin sees no virtual functions of a host`, 'Hand the functions to virtual machines, or put the device in mode shared.')
  }
}

function configOf(hasMig: boolean, sharing: { readonly way: 'timeSlicing' | 'mps', readonly replicas: number } | null): string {
  return [
    'version: v1',
    'flags:',
    `  migStrategy: ${hasMig ? 'mixed' : 'none'}`,
    ...(sharing
      ? [
          'sharing:',
          `  ${sharing.way}:`,
          // Without it a pod that asks for two replicas is let in, and gets no more for it.
          ...(sharing.way === 'timeSlicing' ? ['    failRequestsGreaterThanOne: true'] : []),
          '    resources:',
          '      - name: nvidia.com/gpu',
          `        replicas: ${sharing.replicas}`,
        ]
      : []),
    '',
  ].join('\n')
}
