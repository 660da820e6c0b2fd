import type { DeviceMode, ModeSettings, Placement, Stranded } from '../../contract/model'
import { count, memory } from './text'

/** `slot 3`, `slots 4-7`; in modes whose slots are no memory, what they are instead. */
export function placeText(mode: DeviceMode, { start, size }: Pick<Placement, 'start' | 'size'>): string {
  if (mode === 'passthrough')
    return 'whole'
  if (mode === 'sriov')
    return `function ${start}`
  if (mode === 'shared')
    return `seat ${start}`
  return size === 1 ? `slot ${start}` : `slots ${start}-${start + size - 1}`
}

/** `mig`, `sriov with 4 functions`, `vgpu of mixed sizes, equal-share, 2 ms`. */
export function modeText(mode: DeviceMode, { functions, vgpuMode, policy, timeSliceMs }: ModeSettings): string {
  if (mode === 'sriov' && functions !== undefined)
    return `sriov with ${count(functions, 'function')}`
  if (mode !== 'vgpu')
    return mode
  return [
    `vgpu of ${vgpuMode === 'mixed' ? 'mixed sizes' : 'equal size'}`,
    ...policy === undefined ? [] : [policy],
    ...typeof timeSliceMs === 'number' ? [`${timeSliceMs} ms`] : [],
  ].join(', ')
}

/** `10 SMs, 2.4 GiB, 1 OFA`; what no source tells, or the mode does not divide, is left out, and so are no engines. */
export function strandedText({ sm, memoryMiB, engines }: Stranded): string {
  const known = [...sm === null ? [] : [count(sm, 'SM')], ...memoryMiB === null ? [] : [memory(memoryMiB)], ...engines ? engineText(engines) : []]
  return known.length === 0 ? 'unknown' : known.join(', ')
}

function engineText(engines: NonNullable<Stranded['engines']>): string[] {
  const names = { nvdec: 'NVDEC', nvenc: 'NVENC', nvjpg: 'JPEG', ofa: 'OFA' }
  return (['nvdec', 'nvenc', 'nvjpg', 'ofa'] as const).flatMap(engine => engines[engine] ? [`${engines[engine]} ${names[engine]}`] : [])
}
