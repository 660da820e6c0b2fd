import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gpus } from '../helpers/fakeLab'
import { repoRoot } from '../helpers/serve'

const tables = [...gpus.values()]
const data = join(repoRoot, '..', 'shared', 'data')

describe('the tables of GPU models', () => {
  it('are of sixteen models, eleven with MIG and twelve with vGPU types, under names that are told apart', () => {
    expect([tables.length, tables.filter(({ mig }) => mig).length, tables.filter(({ vgpu }) => vgpu).length]).toEqual([16, 11, 12])
    const names = tables.flatMap(({ model, aliases }) => [model, ...aliases].map(name => name.toLowerCase()))
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(tables.filter(({ mig }) => mig).map(gpu => [gpu.model, gpu] as const))('keep every place of %s on its axis, and every profile once', (_model, { mig }) => {
    const profiles = mig?.profiles ?? []
    expect(profiles.every(({ starts, size }) => starts.every(start => start + size <= (mig?.slots ?? 0)))).toBe(true)
    expect(new Set(profiles.map(({ name }) => name)).size).toBe(profiles.length)
    expect(new Set(profiles.map(({ profileId }) => profileId)).size).toBe(profiles.length)
    expect(profiles.filter(({ size }) => size === mig?.slots).length).toBeGreaterThan(0)
    expect(mig?.vgpuTypes.every(({ profile }) => profiles.some(({ name }) => name === profile))).toBe(true)
  })

  it('oversubscribe a card in no row but the vendor\'s known error', () => {
    const rows = tables.flatMap(({ vgpu }) => vgpu?.types.filter(type => type.maxEqual * type.frameBufferMiB > vgpu.frameBufferMiB) ?? [])
    expect(rows.map(({ name }) => name)).toEqual(['H100XM-16C'])
    expect(tables.flatMap(({ vgpu }) => vgpu?.types.filter(type => (type.maxMixed ?? 0) * type.frameBufferMiB > vgpu.frameBufferMiB) ?? [])).toEqual([])
  })
})

interface Row { name: string, profile_id: number, compute_slices: number, max_instances: number, usable_mem_gib: number | null, sm: number | null, placement_starts: number[], placement_size: number }

describe.skipIf(!existsSync(data))(`the tables, beside the facts they were made from${existsSync(data) ? '' : ' (skipped: these are not here)'}`, () => {
  it('say the same of every MIG profile', () => {
    const facts = JSON.parse(readFileSync(join(data, 'mig-geometry.json'), 'utf8')) as { gpus: Record<string, { memory_slices: number, compute_slices: number, profiles: Row[] }> }
    for (const [model, { memory_slices: slots, compute_slices: computeSlices, profiles }] of Object.entries(facts.gpus)) {
      expect(gpus.get(model)?.mig, model).toMatchObject({
        slots,
        computeSlices,
        profiles: profiles.map(row => ({ name: row.name, profileId: row.profile_id, computeSlices: row.compute_slices, maxInstances: row.max_instances, memoryMiB: row.usable_mem_gib === null ? null : Math.round(row.usable_mem_gib * 1024), sm: row.sm, starts: row.placement_starts, size: row.placement_size })),
      })
    }
  })

  it('say the same of every time-sliced type', () => {
    const facts = JSON.parse(readFileSync(join(data, 'vgpu-profiles.json'), 'utf8')) as { gpus: Record<string, { time_sliced: { type: string, framebuffer_mb: number, max_per_gpu_equal_size: number, max_per_gpu_mixed_size?: number | null }[] }> }
    const known = new Map(tables.flatMap(({ vgpu }) => vgpu?.types ?? []).map(type => [type.name, type]))
    for (const row of Object.values(facts.gpus).flatMap(gpu => gpu.time_sliced))
      expect(known.get(row.type), row.type).toMatchObject({ frameBufferMiB: row.framebuffer_mb, maxEqual: row.max_per_gpu_equal_size, maxMixed: row.max_per_gpu_mixed_size ?? null })
  })
})
