import type { Placement } from '../../src-main/contract/model'
import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { listLayouts } from '../../src-main/slicing/layouts/layouts'
import { computeInstanceRules } from '../../src-main/slicing/modes/computeInstances'
import { openPlaces } from '../../src-main/slicing/placement/openPlaces'
import { bestCut, bestStart, bestStarts } from '../../src-main/slicing/placement/placement'
import { cutLayout, rulesOf } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())
const h100 = rulesOf({ model: 'H100-80GB', mode: 'mig', memoryMiB: 81920, settings: {} }, gpus)
const rtx = rulesOf({ model: 'RTX-PRO-6000-Blackwell-96GB', mode: 'mig', memoryMiB: 98304, settings: {} }, gpus)
const half = rulesOf({ model: 'A100-80GB', mode: 'shared', memoryMiB: 81920, settings: {} }, gpus)

it.each([['1g.10gb', 6], ['1g.20gb', 6], ['2g.20gb', 4], ['3g.40gb', 4], ['4g.40gb', 0], ['7g.80gb', 0]])('begins %s at slot %i of an empty GPU of 8 slots', (profile, start) => {
  expect(bestStart(h100, [], profile)).toBe(start)
})

it('keeps the one place of a 4g free for as long as it can', () => {
  const starts = bestStarts(h100, [], '1g.10gb', 3)
  expect(starts).toHaveLength(3)
  const cuts = cutLayout(h100, (starts ?? []).map(start => ({ profile: '1g.10gb', start })))
  expect(h100.cut(cuts, '4g.40gb', 0).ok).toBe(true)
})

it('fills the half that is broken already', () => {
  expect(bestStart(rtx, [{ profile: '1g.24gb', start: 9, size: 3 }], '1g.24gb')).toBe(6)
})

it('lists every place where something can be cut, and none where nothing can', () => {
  const existing: Placement[] = [{ profile: '3g.40gb', start: 4, size: 4 }, { profile: '2g.20gb', start: 0, size: 2 }]
  expect(openPlaces(h100, existing)).toEqual([
    { profile: '2g.20gb', start: 2, size: 2 },
    { profile: '1g.20gb', start: 2, size: 2 },
    { profile: '1g.10gb', start: 2, size: 1 },
    { profile: '1g.10gb', start: 3, size: 1 },
    { profile: '1g.10gb+me', start: 2, size: 1 },
    { profile: '1g.10gb+me', start: 3, size: 1 },
  ])
  expect(openPlaces(h100, [{ profile: '7g.80gb', start: 0, size: 8 }])).toEqual([])
})

it('places all of several slices or none', () => {
  expect(bestStarts(h100, [], '2g.20gb', 3)?.toSorted()).toEqual([0, 2, 4])
  expect(bestStarts(h100, [], '2g.20gb', 4)).toBeNull()
  expect(bestStarts(h100, [], '1g.10gb+me', 2)).toBeNull()
})

it.each(h100.offers)('finds starts for several compute instances of a $name exactly if there are any', (instance) => {
  const rules = computeInstanceRules(instance)
  const fits = (existing: readonly Placement[], profile: string, count: number, from: number): boolean => count === 0
    || rules.offer(profile)?.starts.some((start) => {
      const answer = start < from ? null : rules.cut(existing, profile, start)
      return answer?.ok && fits([...existing, answer.cut], profile, count - 1, start + 1)
    }) === true
  for (const { slices } of listLayouts(rules, { maximal: false, limit: 100_000 }).layouts) {
    for (const { name } of rules.offers) {
      for (let count = 1; count <= rules.slots; count++) {
        const starts = bestStarts(rules, slices, name, count)
        if ((starts !== null) !== fits(slices, name, count, 0))
          expect.fail(`${count} of ${name} beside ${slices.map(({ profile, start }) => `${profile}@${start}`).join(' ')}: ${starts}`)
      }
    }
  }
})

it('takes the lowest free seat of a shared device, which loses nothing but memory', () => {
  expect(bestCut(half, [{ profile: '4096MiB', start: 0, size: 1 }], '0.5')).toEqual({ start: 1, loss: 0 })
  expect(bestCut(half, [{ profile: '61440MiB', start: 0, size: 1 }], '0.5')).toBeNull()
})

it('has no place for a profile that does not exist', () => {
  expect(bestStart(h100, [], '9g.9gb')).toBeNull()
  expect(bestStarts(h100, [], '9g.9gb', 1)).toBeNull()
})
