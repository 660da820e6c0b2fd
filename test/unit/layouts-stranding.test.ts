import type { DeviceMode, ModeSettings } from '../../src-main/contract/model'
import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { strandedBy, wholeOf } from '../../src-main/slicing/layouts/stranding'
import { cutLayout, rulesOf } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())

function lost(model: string, layout: readonly (readonly [string, number])[], mode: DeviceMode = 'mig', settings: ModeSettings = {}) {
  const device = { model, mode, memoryMiB: gpus.get(model)?.memoryMiB ?? 0, settings }
  const rules = rulesOf(device, gpus)
  const cuts = cutLayout(rules, layout.map(([profile, start]) => ({ profile, start })))
  const whole = wholeOf(device, gpus)
  return { whole, ...strandedBy(whole, rules, cuts) }
}

/** Profiles by family, so that one layout can be cut on several models. */
const names = {
  'A100-40GB': { one: '1g.5gb', double: '1g.10gb', two: '2g.10gb', three: '3g.20gb', four: '4g.20gb', seven: '7g.40gb' },
  'H100-80GB': { one: '1g.10gb', double: '1g.20gb', two: '2g.20gb', three: '3g.40gb', four: '4g.40gb', seven: '7g.80gb' },
  'H200-141GB': { one: '1g.18gb', double: '1g.35gb', two: '2g.35gb', three: '3g.71gb', four: '4g.71gb', seven: '7g.141gb' },
} as const
type Kind = keyof typeof names['A100-40GB']

const layouts: Record<string, readonly (readonly [Kind, number])[]> = {
  '7 x 1g': [0, 1, 2, 3, 4, 5, 6].map(start => ['one', start] as const),
  '4 x 1g double': [0, 2, 4, 6].map(start => ['double', start] as const),
  '3 x 2g + 1g': [['two', 0], ['two', 2], ['two', 4], ['one', 6]],
  '2 x 3g': [['three', 0], ['three', 4]],
  '4g + 3g': [['four', 0], ['three', 4]],
  '2 x 2g + 3g': [['two', 0], ['two', 2], ['three', 4]],
  '3g + 4 x 1g': [['one', 0], ['one', 1], ['one', 2], ['one', 3], ['three', 4]],
  '7g': [['seven', 0]],
}

it.each([
  ['7 x 1g', 9.3, 15.2, 13.9, 20.0],
  ['4 x 1g double', 48.1, 21.2, 1.0, 7.9],
  ['3 x 2g + 1g', 9.3, 15.2, 13.4, 19.5],
  ['2 x 3g', 22.2, 9.1, 0.3, 0.7],
  ['4g + 3g', 9.3, 6.1, 0.3, 0.7],
  ['2 x 2g + 3g', 9.3, 6.1, 0.6, 4.3],
  ['3g + 4 x 1g', 9.3, 6.1, 0.9, 4.6],
  ['7g', 9.3, 0, 0, 0],
])('%s strands the part of multiprocessors and memory that driver figures give', (layout, a100Sm, h100Sm, h100Memory, h200Memory) => {
  const percent = (model: keyof typeof names) => {
    const { whole, sm, memoryMiB } = lost(model, layouts[layout].map(([kind, start]) => [names[model][kind], start] as const))
    return { sm: (sm ?? Number.NaN) / (whole.sm ?? Number.NaN) * 100, memory: (memoryMiB ?? Number.NaN) / whole.usableMiB * 100 }
  }
  expect(percent('A100-40GB').sm).toBeCloseTo(a100Sm, 1)
  expect(percent('H100-80GB').sm).toBeCloseTo(h100Sm, 1)
  expect(percent('H100-80GB').memory).toBeCloseTo(h100Memory, 1)
  expect(percent('H200-141GB').memory).toBeCloseTo(h200Memory, 1)
})

it('measures against what a workload could use of the whole GPU, not against the name of the card', () => {
  expect(lost('H100-80GB', [])).toEqual({ whole: { sm: 132, usableMiB: 81152, usableIsEstimate: false }, sm: 132, memoryMiB: 81152, engines: { nvdec: 7, nvenc: 0, nvjpg: 7, ofa: 1 } })
  expect(lost('A100-80GB', [['A100D-20C', 0]], 'vgpu').whole.usableMiB).toBe(81920)
  expect(lost('A100-80GB', [['passthrough', 0]], 'passthrough')).toMatchObject({ sm: 0, memoryMiB: 0 })
})

it('counts the media engines that no instance has', () => {
  expect(lost('A100-80GB', [['1g.10gb+me', 6], ['2g.20gb', 0]]).engines).toEqual({ nvdec: 3, nvenc: 0, nvjpg: 0, ofa: 0 })
  expect(lost('B200-180GB', [['1g.23gb', 0]]).engines).toEqual({ nvdec: null, nvenc: 0, nvjpg: null, ofa: 1 })
  expect(lost('A100-80GB', [['A100D-20C', 0]], 'vgpu').engines).toBeUndefined()
})

it('says nothing about memory that no source tells, nor about multiprocessors that slices take in turn', () => {
  expect(lost('H100-96GB (GH200 96GB, H20-96GB names)', [['1g.12gb', 0]])).toMatchObject({ whole: { usableIsEstimate: true }, sm: null, memoryMiB: null })
  expect(lost('A100-80GB', [['A100D-20C', 0], ['A100D-20C', 10]], 'vgpu')).toMatchObject({ sm: null, memoryMiB: 40960 })
})
