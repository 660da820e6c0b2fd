import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { computeInstanceRules } from '../../src-main/slicing/modes/computeInstances'
import { cutLayout, rulesOf, tryLayout } from '../../src-main/slicing/rules'

const mig = rulesOf({ model: 'A100-80GB', mode: 'mig', memoryMiB: 81920, settings: {} }, readGpuTables(resourcesDir()))

function within(profile: string) {
  const instance = mig.offer(profile)
  if (!instance)
    throw new Error(`no profile ${profile}`)
  return computeInstanceRules(instance)
}

it('splits the compute slices of a GPU instance, and shares its memory', () => {
  const cuts = cutLayout(within('3g.40gb'), [{ profile: '1c.3g.40gb', start: 0 }, { profile: '2c.3g.40gb', start: 1 }])
  expect(cuts.map(({ memoryMiB, sm, size }) => [memoryMiB, sm, size])).toEqual([[40192, 14, 1], [40192, 28, 2]])
  expect(within('3g.40gb').cut(cuts, '1c.3g.40gb', 2)).toMatchObject({ ok: false, refusal: { rule: 'overlap' } })
})

it.each([
  ['1g.10gb', ['1c']],
  ['3g.40gb', ['3c', '2c', '1c']],
  ['7g.80gb', ['7c', '4c', '3c', '2c', '1c']],
])('offers within a %s: %j', (profile, sizes) => {
  expect(within(profile).offers.map(({ name }) => name)).toEqual(sizes.map(size => `${size}.${profile}`))
})

it('takes as many of a size as fit', () => {
  const rules = within('7g.80gb')
  expect(rules.offers.map(({ maxInstances }) => maxInstances)).toEqual([1, 1, 2, 3, 7])
  expect(tryLayout(rules, [0, 1, 2, 3, 4, 5, 6].map(start => ({ profile: '1c.7g.80gb', start })))).toHaveProperty('cuts')
  expect(tryLayout(rules, [{ profile: '4c.7g.80gb', start: 0 }, { profile: '4c.7g.80gb', start: 3 }])).toMatchObject({ refusal: { rule: 'overlap' } })
})

it('means the one over the whole by the name of the GPU instance', () => {
  expect(within('2g.20gb').offer('2g.20gb')?.name).toBe('2c.2g.20gb')
  expect(within('2g.20gb').offer('3c.2g.20gb')).toBeUndefined()
})
