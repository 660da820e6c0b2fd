import type { ModeSettings, Placement } from '../../src-main/contract/model'
import type { CutRules } from '../../src-main/slicing/cutRules'
import type { PlacedSlice } from '../../src-main/slicing/placedSlice'
import type { CutDevice } from '../../src-main/slicing/rules'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { planChange } from '../../src-main/slicing/change/changePlan'
import { compact } from '../../src-main/slicing/change/compact'
import { replay } from '../../src-main/slicing/change/replay'
import { explain } from '../../src-main/slicing/explain/explain'
import { modesOf, rulesOf } from '../../src-main/slicing/rules'
import { faultOf } from '../helpers/legalLayout'

const gpus = readGpuTables(resourcesDir())
const models = ['A100-80GB', 'A100-40GB', 'A30-24GB', 'H100-80GB', 'H200-141GB', 'B200-180GB', 'RTX-PRO-6000-Blackwell-96GB', 'L40S-48GB', 'T4-16GB']
const settingsOf: readonly ModeSettings[] = [{}, { vgpuMode: 'mixed' }, { functions: 3 }, { vgpuMode: 'mixed', functions: 7 }]

/** How often what is to be proved came up at all: a run that never saw it proves nothing. */
const seen = { operations: 0, moved: 0, removed: 0, plannedMoves: 0, interrupted: 0, parted: 0, compacted: 0 }

interface Lab { device: CutDevice, rules: CutRules, slices: readonly PlacedSlice[] }
type Deed = (lab: Lab, a: number, b: number) => Lab

/** Names of slices only have to differ, and to be the same in each run of a seed. */
const nextId = (slices: readonly PlacedSlice[]) => `s${Math.max(-1, ...slices.map(({ id }) => Number(id.slice(1)))) + 1}`
const holderOf = (number: number) => number % 2 === 0 ? null : `job_${number}`
const pick = <T>(items: readonly T[], number: number): T => items[number % items.length]
const names = ({ mode, offers }: CutRules) => mode === 'shared' ? ['0.5', '0.25', '0.1', '2048MiB', '3.5GiB', '1'] : offers.map(({ name }) => name)
const placementsOf = (slices: readonly Placement[]) => slices.map(({ profile, start, size }) => ({ profile, start, size })).sort((a, b) => a.start - b.start)
const faultIn = ({ device, rules }: Lab, layout: readonly Placement[]) => faultOf(device, gpus.get(device.model), rules.slots, layout)

function labOf(model: string, a: number, b: number): Lab {
  const gpu = gpus.get(model)
  const { vgpuMode, ...settings } = pick(settingsOf, b)
  const device = { model, mode: pick(modesOf(gpu), a), memoryMiB: gpu?.memoryMiB ?? 0, settings: gpu?.vgpu?.mixedSize ? { ...settings, vgpuMode } : settings }
  return { device, rules: rulesOf(device, gpus), slices: [] }
}

function randomLayout(rules: CutRules, numbers: readonly number[]): Placement[] {
  const layout: Placement[] = []
  for (const number of numbers) {
    const offer = rules.offer(pick(names(rules), number))
    const answer = offer && rules.cut(layout, offer.name, pick(offer.starts, Math.floor(number / 16)))
    if (answer?.ok)
      layout.push(answer.cut)
  }
  return layout
}

/** Carries a plan out twice: by `replay`, and slice by slice to see that what is held goes on being held. */
function applied(lab: Lab, plan: ReturnType<typeof planChange>): Lab {
  expect(plan.refusal).toBeNull()
  expect(replay(lab.rules, lab.slices, plan.steps)).toEqual(placementsOf(plan.after))
  seen.plannedMoves += Number(plan.moves > 0)
  seen.interrupted += Number(plan.steps.some(({ op, interrupts }) => op === 'move' && interrupts))
  seen.parted += Number(plan.steps.some(({ op, from }) => op === 'create' && from !== null))
  let slices = [...lab.slices]
  let moves = 0
  for (const step of plan.steps) {
    const { profile, start, size, interrupts } = step
    const place = { profile, start, size }
    const before = slices.find(({ id }) => id === step.slice)
    if (step.op === 'move' && !interrupts)
      expect(faultIn(lab, [...slices, place])).toBeNull()
    if (step.op !== 'create')
      expect(before).toMatchObject({ holder: step.holder, profile, start: step.from ?? start })
    slices = slices.filter(({ id }) => id !== step.slice)
    if (step.op !== 'destroy')
      slices.push({ ...place, id: step.slice ?? nextId([...lab.slices, ...slices]), holder: step.holder })
    moves += Number(step.op === 'move' || (step.op === 'create' && step.from !== null))
    expect(faultIn(lab, slices)).toBeNull()
  }
  expect(moves).toBe(plan.moves)
  expect(placementsOf(slices)).toEqual(placementsOf(plan.after))
  return { ...lab, slices }
}

const deeds: Readonly<Record<string, Deed>> = {
  cut(lab, a, b) {
    const offer = lab.rules.offer(pick(names(lab.rules), a))
    const start = b % (lab.rules.slots + 1)
    const answer = offer && lab.rules.cut(lab.slices, offer.name, a % 3 === 0 ? start : pick(offer.starts, b))
    if (!answer?.ok) {
      expect(answer?.refusal.message).not.toBe('')
      return lab
    }
    return { ...lab, slices: [...lab.slices, { profile: answer.cut.profile, start: answer.cut.start, size: answer.cut.size, id: nextId(lab.slices), holder: holderOf(b) }] }
  },
  destroy: (lab, a) => ({ ...lab, slices: lab.slices.filter((_, index) => index !== a % lab.slices.length) }),
  clear: lab => ({ ...lab, slices: [] }),
  explain(lab, a, b) {
    const offer = lab.rules.offer(pick(names(lab.rules), a))
    const count = 1 + (b % 3)
    const answer = explain(lab.rules, lab.slices, offer?.name ?? '', count)
    const change = new Map(answer.smallestChange.map(({ move, to }) => [move, to]))
    seen.moved += Number(answer.smallestChange.some(({ to }) => to !== null))
    seen.removed += Number(answer.smallestChange.some(({ to }) => to === null))
    if (!answer.fits && change.size === 0) {
      expect(explain(lab.rules, [], offer?.name ?? '', count).fits).toBe(false)
      return lab
    }
    expect(answer.blockedBy.every(({ slice }) => lab.slices.some(({ id }) => id === slice))).toBe(true)
    const slices = lab.slices.flatMap((slice) => {
      const to = change.get(slice.id)
      return to === undefined ? [slice] : to === null ? [] : [{ ...slice, start: to }]
    })
    expect(faultIn(lab, slices)).toBeNull()
    const after = explain(lab.rules, slices, offer?.name ?? '', count)
    expect(after.fits).toBe(true)
    const cuts = after.starts.map((start, index) => ({ profile: offer?.name ?? '', start, size: offer?.size ?? 0, id: nextId([...lab.slices, ...slices]).concat(String(index)), holder: holderOf(a) }))
    expect(cuts).toHaveLength(count)
    return { ...lab, slices: [...slices, ...cuts] }
  },
  change(lab, a, b) {
    const target = randomLayout(lab.rules, Array.from({ length: 8 }, (_, index) => (a >> index) * 31 + (b >> (index + 3)) * 7))
    const wanted = target.map(({ profile, start }, index) => (a >> index) % 3 === 0 ? { profile } : { profile, start })
    const plan = planChange(lab.rules, lab.slices, wanted)
    if (plan.refusal) {
      // On a long axis cuts without a start are placed by a search that may give up.
      expect(lab.rules.mode === 'vgpu' && wanted.some(({ start }) => start === undefined)).toBe(true)
      return lab
    }
    const there = applied(lab, plan)
    const back = applied(there, planChange(lab.rules, there.slices, lab.slices.map(({ profile, start }) => ({ profile, start }))))
    expect(placementsOf(back.slices)).toEqual(placementsOf(lab.slices))
    return there
  },
  compact(lab) {
    const wanted = compact(lab.rules, lab.slices)
    expect(wanted.map(({ profile }) => profile).sort()).toEqual(lab.slices.map(({ profile }) => profile).sort())
    const plan = planChange(lab.rules, lab.slices, wanted)
    seen.compacted += Number(plan.steps.length > 0)
    const there = applied(lab, plan)
    expect(there.slices.filter(({ holder }) => holder !== null)).toHaveLength(lab.slices.filter(({ holder }) => holder !== null).length)
    return there
  },
  mode: (lab, a, b) => lab.slices.length === 0 ? labOf(pick(models, a), Math.floor(a / 16), Math.floor(b / 16)) : lab,
}

const often = (weight: number, deed: string) => ({ weight, arbitrary: fc.constant(deed) })
const operation = fc.tuple(fc.oneof(often(60, 'cut'), often(15, 'destroy'), often(3, 'clear'), often(9, 'explain'), often(6, 'change'), often(2, 'compact'), often(5, 'mode')), fc.nat({ max: 0xFFFFF }), fc.nat({ max: 0xFFFFF }))

describe.each(models)('random operations on %s', (model) => {
  it.each(modesOf(gpus.get(model)).map((mode, index) => ({ mode, index, numRuns: ['mig', 'vgpu'].includes(mode) ? 75 : 22 })))('keep every rule, begun in mode $mode', ({ index, numRuns }) => {
    fc.assert(fc.property(fc.nat(), fc.array(operation, { minLength: 50, maxLength: 80, size: 'max' }), (number, chosen) => {
      let lab = labOf(model, index, number)
      for (const [deed, a, b] of chosen) {
        lab = deeds[deed](lab, a, b)
        expect(faultIn(lab, lab.slices)).toBeNull()
        seen.operations++
      }
    }), { numRuns })
  })
})

afterAll(() => {
  expect(seen.operations).toBeGreaterThanOrEqual(100_000)
  expect(Object.entries(seen).filter(([, times]) => times === 0)).toEqual([])
})
