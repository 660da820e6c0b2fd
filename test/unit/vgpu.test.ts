import type { ModeSettings } from '../../src-main/contract/model'
import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { fittingStarts } from '../../src-main/slicing/explain/besides'
import { cutLayout, rulesOf, tryLayout } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())
function vgpuOf(model: string, settings: ModeSettings = {}) {
  return rulesOf({ model, mode: 'vgpu', memoryMiB: gpus.get(model)?.memoryMiB ?? 0, settings }, gpus)
}
const withVgpu = [...gpus.values()].flatMap(({ model, vgpu }) => vgpu ? [{ model, vgpu }] : [])

describe.each(withVgpu)('vGPU on $model', ({ model, vgpu }) => {
  it.each(vgpu.types.map(({ name }) => name))('takes %s as often as the vendor says and the card has memory for', (name) => {
    const type = vgpu.types.find(other => other.name === name)
    const most = Math.floor(vgpu.frameBufferMiB / (type?.frameBufferMiB ?? 1))
    expect(fittingStarts(vgpuOf(model), [], name, 100)).toHaveLength(Math.min(most, type?.maxEqual ?? 0))
    if (vgpu.mixedSize)
      expect(fittingStarts(vgpuOf(model, { vgpuMode: 'mixed' }), [], name, 100)).toHaveLength(Math.min(most, type?.maxMixed ?? 0))
  })
})

it('refuses the sixth H100-16C as the error of the vendor\'s table that it is', () => {
  const rules = vgpuOf('H100-80GB')
  const five = cutLayout(rules, fittingStarts(rules, [], 'H100XM-16C', 6).map(start => ({ profile: 'H100XM-16C', start })))
  expect(five).toHaveLength(5)
  const free = rules.offer('H100XM-16C')?.starts.find(start => !five.some(cut => cut.start === start)) ?? 0
  expect(rules.cut(five, 'H100XM-16C', free)).toMatchObject({
    ok: false,
    refusal: { rule: 'vendor-table-error', message: expect.stringContaining('lists 6 of H100XM-16C on H100-80GB, which together are more than the card has') },
  })
})

it('keeps to one frame buffer in equal-size mode, and is free again once the last is gone', () => {
  const rules = vgpuOf('A100-80GB')
  const cuts = cutLayout(rules, [{ profile: 'A100D-20C', start: 0 }])
  expect(rules.cut(cuts, 'A100D-10C', 20)).toMatchObject({ ok: false, refusal: { rule: 'one-size-only', blockedBy: [{ profile: 'A100D-20C' }] } })
  expect(rules.cut([], 'A100D-10C', 20).ok).toBe(true)
})

it('lays different frame buffers side by side in mixed-size mode, each on a place of its own grid', () => {
  const rules = vgpuOf('A100-80GB', { vgpuMode: 'mixed' })
  const grid = rules.slots / 4
  expect(tryLayout(rules, [{ profile: 'A100D-40C', start: 0 }, { profile: 'A100D-20C', start: 2 * grid }, { profile: 'A100D-10C', start: 3 * grid }])).toHaveProperty('cuts')
  expect(tryLayout(rules, [{ profile: 'A100D-40C', start: grid }])).toMatchObject({ refusal: { rule: 'illegal-start' } })
  expect(tryLayout(rules, [{ profile: 'A100D-10C', start: 0 }, { profile: 'A100D-40C', start: 0 }])).toMatchObject({ refusal: { rule: 'overlap' } })
})

it('offers fewer of some types in mixed-size mode than in equal-size mode, by the table and no formula', () => {
  expect(vgpuOf('A40-48GB').offer('A40-16C')?.maxInstances).toBe(3)
  expect(vgpuOf('A40-48GB', { vgpuMode: 'mixed' }).offer('A40-16C')?.maxInstances).toBe(2)
  expect(vgpuOf('H20-96GB', { vgpuMode: 'mixed' }).offer('H20-12C')?.maxInstances).toBe(4)
  expect(vgpuOf('H200-141GB', { vgpuMode: 'mixed' }).offer('H200-28C')?.maxInstances).toBe(5)
})

it('knows a type by the names of the model\'s other boards', () => {
  expect(vgpuOf('A100-80GB').offer('A100DX-20C')?.name).toBe('A100D-20C')
})
