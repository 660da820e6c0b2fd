import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { cutLayout, rulesOf } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())
const rules = rulesOf({ model: 'A100-80GB', mode: 'mig', memoryMiB: 81920 }, gpus)

it('cuts the layout of a first start: 3g + 2g + 2 x 1g, all seven compute slices', () => {
  const cuts = cutLayout(rules, [{ profile: '2g.20gb', start: 0 }, { profile: '1g.10gb', start: 2 }, { profile: '1g.10gb', start: 3 }, { profile: '3g.40gb', start: 4 }])
  expect(cuts.map(({ start, size, memoryMiB, sm }) => ({ start, size, memoryMiB, sm }))).toEqual([
    { start: 0, size: 2, memoryMiB: 19968, sm: 28 },
    { start: 2, size: 1, memoryMiB: 9856, sm: 14 },
    { start: 3, size: 1, memoryMiB: 9856, sm: 14 },
    { start: 4, size: 4, memoryMiB: 40192, sm: 42 },
  ])
})

it.each([
  ['2g.20gb', 1, [], 'illegal-start', '2g.20gb can start at slot 0, 2 or 4, not at 1.'],
  ['4g.40gb', 0, [{ profile: '1g.10gb', start: 0, size: 1 }], 'overlap', '4g.40gb at slot 0 needs slots 0-3; 1g.10gb holds 0.'],
  ['1g.10gb+me', 1, [{ profile: '1g.10gb+me', start: 0, size: 1 }], 'too-many-instances', 'A100-80GB takes at most 1 of 1g.10gb+me.'],
  ['1g.20gb', 6, [{ profile: '4g.40gb', start: 0, size: 4 }, { profile: '2g.20gb', start: 4, size: 2 }], null, ''],
  ['1g.20gb', 6, [{ profile: '7g.80gb', start: 0, size: 4 }], 'compute-exhausted', '1g.20gb needs 1 compute slices; 7 of 7 are taken.'],
  ['9g.99gb', 0, [], 'unknown-profile', 'A100-80GB has no MIG profile 9g.99gb.'],
])('answers %s at slot %i with its reason', (profile, start, existing, rule, message) => {
  const answer = rules.cut(existing, profile, start)
  if (rule === null)
    return expect(answer.ok).toBe(true)
  expect(answer).toMatchObject({ ok: false, refusal: { rule, message: expect.stringContaining(message) } })
})

it('hands a device in passthrough out whole, once', () => {
  const whole = rulesOf({ model: 'Some CPU', mode: 'passthrough', memoryMiB: 1000 }, gpus)
  expect(cutLayout(whole, [{ profile: 'passthrough', start: 0 }])).toMatchObject([{ start: 0, size: 1, computeShare: 1, memoryMiB: 1000 }])
  expect(() => cutLayout(whole, [{ profile: 'passthrough', start: 0 }, { profile: 'passthrough', start: 0 }])).toThrow('handed out whole already')
})
