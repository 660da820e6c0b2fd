import type { Step } from '../../src-main/recipes/onnx/memory/liveness'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestBatch } from '../../src-main/recipes/onnx/memory/largestBatch'
import { largestLive } from '../../src-main/recipes/onnx/memory/liveness'
import { topologicalOrder } from '../../src-main/recipes/onnx/memory/order'
import { profilesThatFit } from '../../src-main/recipes/onnx/memory/profilesThatFit'

/** Steps that read what earlier ones made, two inputs, and values of random sizes. */
const plans = fc.array(fc.record({ reads: fc.array(fc.nat(30), { maxLength: 3 }), makes: fc.integer({ min: 1, max: 2 }), extraBytes: fc.nat(20) }), { maxLength: 10 })
  .chain((drafts) => {
    const names = ['in0', 'in1']
    const steps: Step[] = drafts.map(({ reads, makes, extraBytes }, index) => {
      const step = { reads: reads.map(at => names[at % names.length]), makes: Array.from({ length: makes }, (_, at) => `v${index}.${at}`), extraBytes }
      names.push(...step.makes)
      return step
    })
    return fc.record({
      steps: fc.constant(steps),
      bytes: fc.tuple(...names.map(() => fc.nat(100))).map(sizes => new Map(names.map((name, index) => [name, sizes[index]]))),
      outputs: fc.subarray(names.slice(2)),
    })
  })

describe('the most that lives at once', () => {
  it('is what counting every value at every step gives', () => {
    fc.assert(fc.property(plans, ({ steps, bytes, outputs }) => {
      const inputs = ['in0', 'in1']
      const lives = (name: string, at: number) => {
        const made = steps.findIndex(({ makes }) => makes.includes(name))
        const last = Math.max(made, steps.findLastIndex(({ reads }) => reads.includes(name)))
        return inputs.includes(name) || (made <= at && (outputs.includes(name) || at <= last))
      }
      const sums = steps.map(({ extraBytes }, at) => extraBytes + [...bytes].reduce((sum, [name, size]) => sum + (lives(name, at) ? size : 0), 0))
      const atRest = inputs.reduce((sum, name) => sum + (bytes.get(name) ?? 0), 0)
      expect(largestLive(steps, bytes, inputs, outputs)).toBe(Math.max(atRest, ...sums))
    }), { numRuns: 300 })
  })
})

describe('the order of nodes', () => {
  it('puts each after those it needs, however they are written, and keeps an order that is right', () => {
    fc.assert(fc.property(plans, fc.nat(), ({ steps }, seed) => {
      const sorted = steps.map(({ reads, makes }) => ({ needs: reads, makes }))
      expect(topologicalOrder(sorted)).toEqual(sorted.map((_, index) => index))
      const mixed = sorted.map((node, index) => ({ node, key: (index * 7919 + seed) % 13 })).sort((a, b) => a.key - b.key).map(({ node }) => node)
      const order = topologicalOrder(mixed)
      expect([...order].sort((a, b) => a - b)).toEqual(mixed.map((_, index) => index))
      const made = new Set(['in0', 'in1'])
      for (const index of order) {
        expect(mixed[index].needs.every(name => made.has(name))).toBe(true)
        mixed[index].makes.forEach(name => made.add(name))
      }
    }))
  })
})

describe('the largest batch that fits', () => {
  it('is that of trying them all, in few steps', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 9 }), (limit, most, base) => {
      let asked = 0
      const estimateAt = (batch: number) => {
        asked += 1
        expect(batch).toBeGreaterThanOrEqual(1)
        expect(batch).toBeLessThanOrEqual(most)
        return base + batch * 3
      }
      const all = Array.from({ length: most }, (_, index) => index + 1).filter(batch => base + batch * 3 <= limit)
      expect(largestBatch(estimateAt, limit, most)).toBe(all.at(-1) ?? 0)
      expect(asked).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(most + 1)) + 2)
    }))
  })
})

describe('the profiles that would hold a model', () => {
  it('are those with at least as much memory as it needs', () => {
    const offer = (profile: string, memoryMiB: number) => ({ device: 'gpu_1', deviceName: 'A100', profile, memoryMiB })
    expect(profilesThatFit(5000, [offer('1g.5gb', 4864), offer('exact', 5000), offer('2g.10gb', 9856)]).map(({ profile, ok }) => [profile, ok]))
      .toEqual([['1g.5gb', false], ['exact', true], ['2g.10gb', true]])
  })
})
