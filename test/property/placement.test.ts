import type { Placement } from '../../src-main/contract/model'
import type { CutRules } from '../../src-main/slicing/cutRules'
import type { GpuModel } from '../../src-main/slicing/gpuModel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { computeInstanceRules } from '../../src-main/slicing/modes/computeInstances'
import { openPlaces } from '../../src-main/slicing/placement/openPlaces'
import { bestCut, bestStarts } from '../../src-main/slicing/placement/placement'
import { modesOf, rulesOf } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())

function rulesOfAll(gpu: GpuModel): (readonly [string, CutRules])[] {
  const ofMode = (mode: 'passthrough' | 'sriov' | 'vgpu' | 'mig', vgpuMode?: 'mixed') => rulesOf({ model: gpu.model, mode, memoryMiB: gpu.memoryMiB, settings: { vgpuMode } }, gpus)
  const whole = gpu.mig && ofMode('mig').offers[0]
  return [
    ...modesOf(gpu).filter(mode => mode !== 'shared').map(mode => [`${gpu.model} ${mode}`, ofMode(mode)] as const),
    ...(gpu.vgpu?.mixedSize ? [[`${gpu.model} mixed vgpu`, ofMode('vgpu', 'mixed')] as const] : []),
    ...(whole ? [[`${gpu.model} compute instances`, computeInstanceRules(whole)] as const] : []),
  ]
}

/** Cuts what can be cut of a random wish list. */
function cutWhatFits(rules: CutRules, wishes: readonly (readonly [number, number])[]): Placement[] {
  const cuts: Placement[] = []
  for (const [kind, place] of wishes) {
    const offer = rules.offers[kind % rules.offers.length]
    const answer = rules.cut(cuts, offer.name, offer.starts[place % offer.starts.length])
    if (answer.ok)
      cuts.push(answer.cut)
  }
  return cuts
}

/** By asking the rules about every start: what the quick finder must agree with. */
function askEach(rules: CutRules, existing: readonly Placement[]): Placement[] {
  return rules.offers.flatMap(({ name, starts, size }) => starts.filter(start => rules.cut(existing, name, start).ok).map(start => ({ profile: name, start, size })))
}

const wishes = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 14 })

describe.each([...gpus.values()].flatMap(rulesOfAll))('%s', (_, rules) => {
  it('opens exactly the places that its rules allow', () => {
    fc.assert(fc.property(wishes, (list) => {
      const existing = cutWhatFits(rules, list)
      expect(openPlaces(rules, existing)).toEqual(askEach(rules, existing))
    }), { numRuns: 100 })
  })

  it('chooses a legal start that leaves as much open as any other, and loses what it says', () => {
    const slotsOpen = (layout: readonly Placement[]) => askEach(rules, layout).reduce((sum, { size }) => sum + size, 0)
    fc.assert(fc.property(wishes, fc.nat(1000), (list, kind) => {
      const existing = cutWhatFits(rules, list)
      const { name, starts, size } = rules.offers[kind % rules.offers.length]
      const options = starts.filter(start => rules.cut(existing, name, start).ok).map(start => ({ start, left: slotsOpen([...existing, { profile: name, start, size }]) }))
      const most = Math.max(...options.map(({ left }) => left))
      const first = options.find(({ left }) => left === most)
      expect(bestCut(rules, existing, name)).toEqual(first ? { start: first.start, loss: (slotsOpen(existing) - most) / slotsOpen([]) } : null)
    }), { numRuns: 40 })
  })

  it('places several slices exactly if some choice of starts holds them all', () => {
    const fits = (existing: readonly Placement[], profile: string, count: number, from: number): boolean => count === 0
      || rules.offer(profile)?.starts.some((start) => {
        const answer = start < from ? null : rules.cut(existing, profile, start)
        return answer?.ok && fits([...existing, answer.cut], profile, count - 1, start + 1)
      }) === true
    fc.assert(fc.property(wishes, fc.nat(1000), fc.integer({ min: 1, max: 3 }), (list, kind, count) => {
      const existing = cutWhatFits(rules, list)
      const { name, size } = rules.offers[kind % rules.offers.length]
      const starts = bestStarts(rules, existing, name, count)
      expect(starts !== null).toBe(fits(existing, name, count, 0))
      starts?.reduce((cuts, start) => {
        expect(rules.cut(cuts, name, start).ok).toBe(true)
        return [...cuts, { profile: name, start, size }]
      }, existing)
    }), { numRuns: 40 })
  })
})
