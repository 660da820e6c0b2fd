import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { cutLayout, rulesOf, tryLayout } from '../../src-main/slicing/rules'

const rules = rulesOf({ model: 'A100-80GB', mode: 'shared', memoryMiB: 81920, settings: {} }, readGpuTables(resourcesDir()))

it('cuts unequal parts side by side, by fraction and by size, until the memory is used up', () => {
  const cuts = cutLayout(rules, [{ profile: '0.37', start: 0 }, { profile: '4GiB', start: 7 }, { profile: '1000mib', start: 3 }])
  expect(cuts.map(({ profile, start, memoryMiB }) => [profile, start, memoryMiB])).toEqual([['30310MiB', 0, 30310], ['4096MiB', 7, 4096], ['1000MiB', 3, 1000]])
  const left = 81920 - 30310 - 4096 - 1000
  expect(rules.cut(cuts, `${left}MiB`, 1).ok).toBe(true)
  expect(rules.cut(cuts, `${left + 1}MiB`, 1)).toMatchObject({ ok: false, refusal: { rule: 'memory-exhausted', message: `${left + 1}MiB are not free: ${left} of 81920 MiB are left.` } })
})

it('gives a part the share of the compute that it has of the memory', () => {
  expect(rules.offer('0.25')?.computeShare).toBe(0.25)
  expect(rules.offer('1')?.memoryMiB).toBe(81920)
})

it.each(['0', '1.01', '63MiB', '81921MiB', '-1', 'half', '', '1e3MiB', '0x10', 'NaN', '100%'])('takes %j for no part of a device', (profile) => {
  expect(rules.cut([], profile, 0)).toMatchObject({ ok: false, refusal: { rule: 'unknown-profile', message: expect.stringContaining('64MiB to 81920MiB') } })
})

it('seats at most 64 holders, one on a seat', () => {
  expect(tryLayout(rules, Array.from({ length: 64 }, (_, start) => ({ profile: '64MiB', start })))).toHaveProperty('cuts')
  expect(rules.cut([], '64MiB', 64)).toMatchObject({ refusal: { rule: 'illegal-start' } })
  expect(rules.cut([{ profile: '64MiB', start: 5, size: 1 }], '64MiB', 5)).toMatchObject({ refusal: { rule: 'overlap' } })
})
