import type { ModeSettings, Placement } from '../../src-main/contract/model'
import type { GpuModel, MigTable, VgpuTable } from '../../src-main/slicing/gpuModel'
import type { CutDevice } from '../../src-main/slicing/rules'

/**
 * What is wrong with a layout, or null: counted straight from the GPU's table, a second time and in another way than the
 * rules of the modes do it. Legal layouts of parts are legal whatever came first, so a whole one is judged at once.
 */
export function faultOf(device: CutDevice, gpu: GpuModel | undefined, slots: number, layout: readonly Placement[]): string | null {
  const painted = layout.flatMap(({ start, size }) => Array.from({ length: size }, (_, offset) => start + offset))
  if (new Set(painted).size !== painted.length)
    return 'overlap'
  if (painted.some(slot => slot < 0 || slot >= slots))
    return 'beyond the axis'
  if (device.mode === 'mig')
    return gpu?.mig ? migFault(gpu.mig, gpu.memoryMiB, layout) : 'no MIG'
  if (device.mode === 'vgpu')
    return gpu?.vgpu ? vgpuFault(gpu.vgpu, device.settings, layout) : 'no vGPU'
  if (device.mode === 'sriov')
    return layout.length <= (device.settings.functions ?? gpu?.sriov?.maxFunctions ?? 0) && layout.every(({ profile }) => profile === 'vf') ? null : 'too many functions'
  if (device.mode === 'shared')
    return sum(layout.map(({ profile }) => Number(/^(\d+)MiB$/.exec(profile)?.[1] ?? Number.NaN))) <= device.memoryMiB ? null : 'too much memory'
  return layout.length <= 1 ? null : 'handed out twice'
}

function migFault(mig: MigTable, memoryMiB: number, layout: readonly Placement[]): string | null {
  const rows = layout.map(({ profile }) => mig.profiles.find(({ name }) => name === profile))
  const known = rows.filter(row => row !== undefined)
  if (known.length < layout.length)
    return 'unknown profile'
  if (layout.some(({ start, size }, index) => !known[index].starts.includes(start) || known[index].size !== size))
    return 'illegal place'
  if (sum(known.map(({ computeSlices }) => computeSlices)) > mig.computeSlices)
    return 'too many compute slices'
  if (sum(known.map(row => row.memoryMiB ?? 0)) > memoryMiB)
    return 'too much memory'
  if (known.some(row => known.filter(other => other === row).length > row.maxInstances))
    return 'too many of a profile'
  const whole = mig.profiles.find(({ size }) => size === mig.slots)?.engines
  for (const engine of ['nvdec', 'nvenc', 'nvjpg', 'ofa'] as const) {
    const total = whole?.[engine] ?? null
    if (total !== null && sum(known.map(({ engines }) => engines[engine] ?? 0)) > total)
      return `too many ${engine}`
  }
  return null
}

function vgpuFault(vgpu: VgpuTable, settings: ModeSettings, layout: readonly Placement[]): string | null {
  const rows = layout.map(({ profile }) => vgpu.types.find(({ name }) => name === profile)).filter(row => row !== undefined)
  if (rows.length < layout.length)
    return 'unknown type'
  if (sum(rows.map(({ frameBufferMiB }) => frameBufferMiB)) > vgpu.frameBufferMiB)
    return 'too much frame buffer'
  if (layout.some(({ start, size }) => start % size !== 0))
    return 'illegal place'
  if (settings.vgpuMode === 'mixed')
    return rows.some(row => rows.filter(other => other === row).length > (row.maxMixed ?? 0)) ? 'too many of a type' : null
  if (new Set(rows.map(({ frameBufferMiB }) => frameBufferMiB)).size > 1)
    return 'two sizes'
  return rows.some(({ maxEqual }) => rows.length > maxEqual) ? 'too many of a type' : null
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
