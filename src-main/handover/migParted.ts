import type { GpuTables } from '../slicing/gpuModel'
import type { HandOver, HandOverDevice } from './handOverDevice'
import { gpuName, indexNote } from './handOverDevice'
import { countOf, migDeviceNames, migProfileOf, migTableOf } from './migTypes'
import { refuse } from './refuse'

const target = 'nvidia-mig-parted'
const configName = 'tranche'

/**
 * A configuration for `nvidia-mig-parted apply -c tranche`: for each GPU whether MIG is on, and how many of each profile.
 * Source: NVIDIA mig-parted, README, `version: v1`.
 */
export function migParted(devices: readonly HandOverDevice[], gpus: GpuTables): HandOver {
  const alike = new Map<string, HandOverDevice[]>()
  for (const device of devices) {
    const config = linesOf(device, gpus).map(line => `      ${line}`).join('\n')
    alike.set(config, [...(alike.get(config) ?? []), device])
  }
  const text = [
    'version: v1',
    'mig-configs:',
    `  ${configName}:`,
    ...[...alike].flatMap(([config, group]) => [
      ...group.map(device => `    # ${gpuName(device)}, ${device.model}`),
      `    - devices: [${group.map(({ index }) => index).join(', ')}]`,
      config,
    ]),
  ]
  const inMig = devices.filter(({ mode }) => mode === 'mig')
  return {
    files: [{ name: 'mig-parted.yaml', text: `${text.join('\n')}\n` }],
    notes: [
      indexNote,
      `Apply it with: nvidia-mig-parted apply -f mig-parted.yaml -c ${configName}`,
      ...(inMig.length > 0 ? ['mig-parted counts profiles and chooses the starts itself; they may differ from those here. For the same starts export the nvidia-smi commands.'] : []),
      ...inMig.flatMap(device => device.slices.filter(({ compute }) => (compute?.length ?? 0) > 1).map(({ profile, start }) => `${gpuName(device)}: mig-parted chooses which GPU instance holds each compute instance of ${profile} at slot ${start}.`)),
    ],
  }
}

function linesOf(device: HandOverDevice, gpus: GpuTables): string[] {
  if (device.mode === 'passthrough')
    return ['mig-enabled: false']
  if (device.mode !== 'mig')
    return refuse(target, device, `it is in mode ${device.mode}, and mig-parted knows only MIG on or off`, 'Leave it out of the export, or cut it by MIG.')
  const mig = migTableOf(target, device, gpus)
  const counts = countOf(device.slices.flatMap(slice => migDeviceNames(slice, migProfileOf(target, device, slice, mig))))
  return counts.size === 0
    ? ['mig-enabled: true', 'mig-devices: {}']
    : ['mig-enabled: true', 'mig-devices:', ...[...counts].map(([name, count]) => `  ${JSON.stringify(name)}: ${count}`)]
}
