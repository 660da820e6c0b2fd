import type { Placement } from '../../src-main/contract/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { migRules } from '../../src-main/slicing/mig'

const tables = [...readGpuTables(resourcesDir()).values()]

describe.each(tables)('mIG on $model', (gpu) => {
  const rules = migRules(gpu)
  const request = fc.record({ profile: fc.constantFrom(...rules.profiles), start: fc.integer({ min: 0, max: gpu.mig.slots }) })

  it('never cuts two slices over one slot, nor more compute slices or memory than there are', () => {
    fc.assert(fc.property(fc.array(request, { maxLength: 20 }), (requests) => {
      const cuts: Placement[] = []
      for (const { profile, start } of requests) {
        const answer = rules.cut(cuts, profile, start)
        if (answer.ok)
          cuts.push(answer.cut)
        else
          expect(answer.refusal.message).not.toBe('')
      }
      // A second way of counting: paint every slot, and sum from the table instead of from the cuts.
      const painted = cuts.flatMap(({ start, size }) => Array.from({ length: size }, (_, offset) => start + offset))
      const profiles = cuts.map(({ profile }) => gpu.mig.profiles.filter(({ name }) => name === profile)[0])
      expect(new Set(painted).size).toBe(painted.length)
      expect(Math.max(-1, ...painted)).toBeLessThan(gpu.mig.slots)
      expect(profiles.reduce((sum, { computeSlices }) => sum + computeSlices, 0)).toBeLessThanOrEqual(gpu.mig.computeSlices)
      expect(profiles.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)).toBeLessThanOrEqual(gpu.memoryMiB)
      expect(profiles.reduce((sum, { sm }) => sum + sm, 0)).toBeLessThanOrEqual(gpu.mig.sm)
    }), { numRuns: 3000 })
  })
})

it('finds the 19 placed maximal layouts of the five classic profiles on an 8-slot GPU', () => {
  const gpu = tables.find(({ model }) => model === 'A100-80GB')
  if (!gpu)
    throw new Error('the table of the A100-80GB is missing')
  const rules = migRules(gpu)
  const classic = ['1g.10gb', '2g.20gb', '3g.40gb', '4g.40gb', '7g.80gb']
  const candidates = gpu.mig.profiles.filter(({ name }) => classic.includes(name)).flatMap(({ name, starts }) => starts.map(start => ({ name, start })))
  const maximal = new Set<string>()
  const visit = (cuts: readonly Placement[], from: number): void => {
    const fitting = candidates.filter(({ name, start }) => rules.cut(cuts, name, start).ok)
    if (fitting.length === 0)
      maximal.add(cuts.map(({ profile, start }) => `${profile}@${start}`).sort().join(' '))
    for (const [place, { name, start }] of candidates.entries()) {
      const answer = place < from ? null : rules.cut(cuts, name, start)
      if (answer?.ok)
        visit([...cuts, answer.cut], place + 1)
    }
  }
  visit([], 0)
  expect(maximal.size).toBe(19)
})
