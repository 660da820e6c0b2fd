import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { cutLayout, rulesOf, tryLayout } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())
const migOf = (model: string) => rulesOf({ model, mode: 'mig', memoryMiB: gpus.get(model)?.memoryMiB ?? 0, settings: {} }, gpus)
const rules = migOf('A100-80GB')

/** `1g.10gb@6` in words. */
const layoutOf = (...cuts: string[]) => cuts.map(cut => ({ profile: cut.split('@')[0], start: Number(cut.split('@')[1]) }))

it('cuts the layout of a first start: 3g + 2g + 2 x 1g, all seven compute slices', () => {
  const cuts = cutLayout(rules, layoutOf('2g.20gb@0', '1g.10gb@2', '1g.10gb@3', '3g.40gb@4'))
  expect(cuts.map(({ start, size, memoryMiB, sm }) => ({ start, size, memoryMiB, sm }))).toEqual([
    { start: 0, size: 2, memoryMiB: 19968, sm: 28 },
    { start: 2, size: 1, memoryMiB: 9856, sm: 14 },
    { start: 3, size: 1, memoryMiB: 9856, sm: 14 },
    { start: 4, size: 4, memoryMiB: 40192, sm: 42 },
  ])
})

it.each([
  ['2g.20gb', 1, [], 'illegal-start', '2g.20gb can start at slot 0, 2 or 4, not at 1.'],
  ['4g.40gb', 0, [{ profile: '1g.10gb', start: 0, size: 1 }], 'overlap', '4g.40gb at slot 0 needs slots 0-3; 1g.10gb holds slot 0.'],
  ['1g.10gb+me', 1, [{ profile: '1g.10gb+me', start: 0, size: 1 }], 'too-many-instances', 'A100-80GB takes at most 1 of 1g.10gb+me.'],
  ['1g.20gb', 6, [{ profile: '4g.40gb', start: 0, size: 4 }, { profile: '2g.20gb', start: 4, size: 2 }], null, ''],
  ['1g.20gb', 6, [{ profile: '7g.80gb', start: 0, size: 4 }], 'compute-exhausted', '1g.20gb needs 1 compute slice; 7 of 7 are taken.'],
  ['9g.99gb', 0, [], 'unknown-profile', 'A100-80GB in MIG mode has no profile 9g.99gb.'],
])('answers %s at slot %i with its reason', (profile, start, existing, rule, message) => {
  const answer = rules.cut(existing, profile, start)
  if (rule === null)
    return expect(answer.ok).toBe(true)
  expect(answer).toMatchObject({ ok: false, refusal: { rule, message: expect.stringContaining(message) } })
})

it('gives the one optical-flow engine to one instance, whatever its profile', () => {
  const a30 = migOf('A30-24GB')
  const tried = tryLayout(a30, layoutOf('1g.6gb+me@0', '2g.12gb+me@2'))
  expect(tried).toMatchObject({ refusal: { rule: 'engines-exhausted', blockedBy: [{ profile: '1g.6gb+me', start: 0 }] } })
  expect(tryLayout(a30, layoutOf('1g.6gb+me@0', '2g.12gb@2', '1g.6gb@1'))).toHaveProperty('cuts')
})

it('leaves no media engines beside an instance that has all of them, and room for those without', () => {
  const rtx = migOf('RTX-PRO-6000-Blackwell-96GB')
  expect(tryLayout(rtx, layoutOf('1g.24gb+me.all@0', '1g.24gb@3'))).toMatchObject({ refusal: { rule: 'engines-exhausted' } })
  expect(tryLayout(rtx, layoutOf('1g.24gb+me.all@0', '1g.24gb-me@3', '2g.48gb-me@6'))).toHaveProperty('cuts')
  expect(tryLayout(rtx, layoutOf('1g.24gb+gfx@0', '1g.24gb@3', '2g.48gb+gfx@6'))).toHaveProperty('cuts')
})

it('takes no 2g on twelve slots where 1g slices at 3 and 6 leave six free', () => {
  const rtx = migOf('RTX-PRO-6000-Blackwell-96GB')
  const cuts = cutLayout(rtx, layoutOf('1g.24gb@3', '1g.24gb@6'))
  expect([0, 6].map(start => rtx.cut(cuts, '2g.48gb', start).ok)).toEqual([false, false])
})

it('knows a profile by the vGPU type that it backs, and in any case', () => {
  expect(rules.offer('a100d-1-10c')?.name).toBe('1g.10gb')
  expect(rules.offer('1G.10GB+ME')?.name).toBe('1g.10gb+me')
  expect(migOf('H200-141GB').offer('1g.35gb')?.memoryMiB).toBe(33024)
})

it('calls memory an estimate where no source tells it, and keeps it below the slots\' part of the card', () => {
  const b200 = migOf('B200-180GB')
  const whole = b200.offer('7g.180gb')
  expect(whole?.memoryIsEstimate).toBe(true)
  expect(whole?.memoryMiB).toBeLessThan(184320)
  expect(b200.offer('1g.23gb')?.memoryIsEstimate).toBe(false)
})

it('hands a device in passthrough out whole, once', () => {
  const whole = rulesOf({ model: 'Some CPU', mode: 'passthrough', memoryMiB: 1000, settings: {} }, gpus)
  expect(cutLayout(whole, [{ profile: 'passthrough', start: 0 }])).toMatchObject([{ start: 0, size: 1, computeShare: 1, memoryMiB: 1000 }])
  expect(() => cutLayout(whole, [{ profile: 'passthrough', start: 0 }, { profile: 'passthrough', start: 0 }])).toThrow('handed out whole already')
})

it('refuses a mode that the model has not, with those that it has', () => {
  expect(() => rulesOf({ model: 'T4-16GB', mode: 'mig', memoryMiB: 16384, settings: {} }, gpus)).toThrow('T4-16GB cannot be cut in mode mig; it can be in passthrough, vgpu, shared.')
})
