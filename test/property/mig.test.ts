import type { Placement } from '../../src-main/contract/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { rulesOf, tryLayout } from '../../src-main/slicing/rules'
import { faultOf } from '../helpers/legalLayout'

const gpus = readGpuTables(resourcesDir())
const models = [...gpus.values()].filter(({ mig }) => mig !== undefined)

describe.each(models)('mig on $model', ({ model, memoryMiB }) => {
  const device = { model, mode: 'mig', memoryMiB, settings: {} } as const
  const rules = rulesOf(device, gpus)
  const request = fc.record({ profile: fc.constantFrom(...rules.offers.map(({ name }) => name)), start: fc.integer({ min: 0, max: rules.slots }) })

  it('cuts exactly what the table allows, counted in another way', () => {
    fc.assert(fc.property(fc.array(request, { maxLength: 25, size: 'max' }), (requests) => {
      const cuts: Placement[] = []
      for (const { profile, start } of requests) {
        const answer = rules.cut(cuts, profile, start)
        const wanted = { profile, start, size: rules.offer(profile)?.size ?? 0 }
        expect(answer.ok).toBe(faultOf(device, gpus.get(model), rules.slots, [...cuts, wanted]) === null)
        if (answer.ok)
          cuts.push(answer.cut)
        else
          expect(answer.refusal.message).not.toBe('')
      }
    }), { numRuns: 400 })
  })

  it('asks nothing about the order in which a layout is cut', () => {
    const layout = fc.array(request, { maxLength: 8, size: 'max' })
    fc.assert(fc.property(layout.chain(cuts => fc.tuple(fc.constant(cuts), fc.shuffledSubarray(cuts, { minLength: cuts.length }))), ([cuts, shuffled]) => {
      expect('cuts' in tryLayout(rules, cuts)).toBe('cuts' in tryLayout(rules, shuffled))
    }), { numRuns: 300 })
  })
})
