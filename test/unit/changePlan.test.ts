import type { LayoutStep, WantedCut } from '../../src-main/contract/model'
import type { PlacedSlice } from '../../src-main/slicing/placedSlice'
import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { planChange } from '../../src-main/slicing/change/changePlan'
import { compact } from '../../src-main/slicing/change/compact'
import { replay } from '../../src-main/slicing/change/replay'
import { rulesOf } from '../../src-main/slicing/rules'
import { placed } from '../helpers/placed'

const gpus = readGpuTables(resourcesDir())
const rules = rulesOf({ model: 'A100-80GB', mode: 'mig', memoryMiB: 81920, settings: {} }, gpus)

/** `2g.20gb@4`, or `2g.20gb` where the start is left open. */
function wanted(...cuts: string[]): WantedCut[] {
  return cuts.map((cut) => {
    const [profile, start] = cut.split('@')
    return start === undefined ? { profile } : { profile, start: Number(start) }
  })
}

function told(steps: readonly LayoutStep[]): string[] {
  return steps.map(({ op, profile, start, from, holder, interrupts }) => [op, profile, ...(from === null ? [] : [`${from} ->`]), start, ...(holder ? [holder] : []), ...(interrupts ? ['interrupts'] : [])].join(' '))
}

function planOf(existing: readonly PlacedSlice[], cuts: readonly WantedCut[]): string[] {
  const plan = planChange(rules, existing, cuts)
  expect(plan.refusal).toBeNull()
  expect(replay(rules, existing, plan.steps)).toEqual(plan.after)
  return told(plan.steps)
}

it('does nothing where the layout is as it is wanted', () => {
  const existing = placed(rules, '3g.40gb@0 job_1', '2g.20gb@4')
  expect(planOf(existing, wanted('3g.40gb', '2g.20gb@4'))).toEqual([])
})

it('moves a held slice live, and destroys and creates free ones around it', () => {
  const existing = placed(rules, '1g.10gb@0 job_1', '2g.20gb@4')
  expect(planOf(existing, wanted('4g.40gb@0', '1g.10gb@4', '1g.10gb@6'))).toEqual([
    'destroy 2g.20gb 4',
    'move 1g.10gb 0 -> 4 job_1',
    'create 4g.40gb 0',
    'create 1g.10gb 6',
  ])
})

it('orders moves so that each makes room for the next', () => {
  const existing = placed(rules, '2g.20gb@0 job_1', '1g.10gb@4 job_2', '1g.10gb@5 job_3')
  expect(planOf(existing, wanted('2g.20gb@4', '1g.10gb@0', '1g.10gb@6'))).toEqual([
    'move 1g.10gb 4 -> 6 job_2',
    'destroy 2g.20gb 0 job_1 interrupts',
    'move 1g.10gb 5 -> 0 job_3',
    'create 2g.20gb 0 -> 4 job_1 interrupts',
  ])
})

it('interrupts where the new and the old slice cannot be there together', () => {
  const existing = placed(rules, '1g.10gb+me@0 job_1')
  expect(planOf(existing, wanted('1g.10gb+me@6'))).toEqual(['move 1g.10gb+me 0 -> 6 job_1 interrupts'])
})

it('takes one slice down for a while where held ones stand in each other\'s way', () => {
  const existing = placed(rules, '1g.20gb@0 job_1', '1g.20gb@2 job_2', '3g.40gb@4 job_3')
  const plan = planChange(rules, existing, wanted('3g.40gb@0', '1g.20gb@4', '1g.20gb@6'))
  expect(plan.moves).toBe(3)
  expect(told(plan.steps)).toEqual([
    'destroy 3g.40gb 4 job_3 interrupts',
    'move 1g.20gb 0 -> 4 job_1',
    'move 1g.20gb 2 -> 6 job_2',
    'create 3g.40gb 4 -> 0 job_3 interrupts',
  ])
  expect(replay(rules, existing, plan.steps)).toEqual(plan.after)
})

it('names the holder of a slice that has no place in the new layout', () => {
  const existing = placed(rules, '3g.40gb@0 job_1', '1g.10gb@4')
  expect(planOf(existing, wanted('7g.80gb'))).toEqual(['destroy 3g.40gb 0 job_1', 'destroy 1g.10gb 4', 'create 7g.80gb 0'])
})

it('gives a held slice the place of a free one of its profile before it gives it up', () => {
  const existing = placed(rules, '1g.10gb@0 job_1', '1g.10gb@6')
  expect(planOf(existing, wanted('4g.40gb@0', '1g.10gb@6'))).toEqual(['destroy 1g.10gb 6', 'move 1g.10gb 0 -> 6 job_1', 'create 4g.40gb 0'])
})

it('keeps what exists where the start is left open, held slices first', () => {
  const existing = placed(rules, '1g.10gb@0 job_1', '1g.10gb@3', '2g.20gb@4')
  expect(planOf(existing, wanted('1g.10gb', '2g.20gb'))).toEqual(['destroy 1g.10gb 3'])
  expect(planOf(existing, wanted('1g.10gb', '2g.20gb', '2g.20gb'))).toEqual(['destroy 1g.10gb 3', 'create 2g.20gb 2'])
})

it('moves a held slice for a cut without a start only where there is no other way', () => {
  const existing = placed(rules, '1g.10gb@0 job_1', '1g.10gb@1')
  const plan = planChange(rules, existing, wanted('1g.10gb', '4g.40gb'))
  expect(plan).toMatchObject({ moves: 1, refusal: null, after: [{ profile: '4g.40gb', start: 0 }, { profile: '1g.10gb', start: 6 }] })
})

it.each([
  [wanted('9g.99gb'), 'unknown-profile'],
  [wanted('4g.40gb@2'), 'illegal-start'],
  [wanted('4g.40gb@0', '1g.10gb@3'), 'overlap'],
  [wanted('4g.40gb', '4g.40gb'), 'too-many-instances'],
  [wanted('3g.40gb', '3g.40gb', '1g.10gb'), 'overlap'],
])('refuses %j, and leaves the layout as it is', (cuts, rule) => {
  const existing = placed(rules, '1g.10gb@2')
  expect(planChange(rules, existing, cuts)).toEqual({ after: [{ profile: '1g.10gb', start: 2, size: 1 }], steps: [], moves: 0, refusal: expect.objectContaining({ rule }) })
})

it('makes a free slice anew where other compute instances are wanted in it, and never a held one that nobody named others for', () => {
  const free = placed(rules, '3g.40gb@4 [1,2]')
  expect(planOf(free, [{ profile: '3g.40gb', start: 4, compute: [2, 1] }])).toEqual([])
  const plan = planChange(rules, free, [{ profile: '3g.40gb', start: 4, compute: [1, 1, 1] }])
  expect(plan.steps).toMatchObject([{ op: 'destroy' }, { op: 'create', start: 4, compute: [1, 1, 1] }])
  const held = placed(rules, '3g.40gb@4 job_1 [1,2]')
  expect(planOf(held, [{ profile: '3g.40gb', start: 4 }])).toEqual([])
  expect(planOf(held, [{ profile: '3g.40gb', start: 0 }])).toEqual(['move 3g.40gb 4 -> 0 job_1'])
  expect(planOf(held, [{ profile: '3g.40gb', start: 4, compute: [3] }])).toEqual(['destroy 3g.40gb 4 job_1', 'create 3g.40gb 4'])
})

it('takes a change back by the plan to the layout before', () => {
  const before = placed(rules, '1g.10gb@0 job_1', '1g.10gb@1', '2g.20gb@4 job_2')
  const there = planChange(rules, before, wanted('4g.40gb@0', '1g.10gb', '2g.20gb@4'))
  const moved: PlacedSlice[] = there.after.map((place, index) => ({ ...place, id: `after_${index}`, holder: { '1g.10gb': 'job_1', '2g.20gb': 'job_2' }[place.profile] ?? null }))
  const back = planChange(rules, moved, before.map(({ profile, start }) => ({ profile, start })))
  expect(replay(rules, moved, back.steps)).toEqual(before.map(({ profile, start, size }) => ({ profile, start, size })))
  expect(back.moves).toBe(there.moves)
})

it('compacts to the layout with most room, with no move that does not help', () => {
  const existing = placed(rules, '1g.10gb@0 job_1', '2g.20gb@2 job_2')
  expect(planOf(existing, compact(rules, existing))).toEqual(['move 1g.10gb 0 -> 6 job_1', 'move 2g.20gb 2 -> 4 job_2'])
  const tidy = placed(rules, '1g.10gb@6 job_1', '2g.20gb@4 job_2')
  expect(planOf(tidy, compact(rules, tidy))).toEqual([])
})

it('keeps the compute instances of slices that it compacts', () => {
  const existing = placed(rules, '3g.40gb@0 job_1 [1,2]')
  expect(compact(rules, existing)).toEqual([{ profile: '3g.40gb', start: 4, compute: [1, 2] }])
})

it.each([
  ['there is none', [{ op: 'destroy', slice: 'x', profile: '1g.10gb', start: 3, size: 1, from: null, holder: null, interrupts: false }]],
  ['the rules refuse it', [{ op: 'create', slice: null, profile: '4g.40gb', start: 0, size: 4, from: null, holder: null, interrupts: false }]],
] satisfies [string, LayoutStep[]][])('will not replay a step where %s', (_, steps) => {
  expect(() => replay(rules, placed(rules, '1g.10gb@0'), steps)).toThrow('Step 1 of the plan cannot be carried out')
})

it('moves two free slices rather than one held one', () => {
  const mixed = rulesOf({ model: 'A100-80GB', mode: 'vgpu', memoryMiB: 81920, settings: { vgpuMode: 'mixed' } }, gpus)
  const existing = placed(mixed, 'A100D-20C@0 vm-1', 'A100D-10C@8', 'A100D-10C@10')
  const plan = planChange(mixed, existing, wanted('A100D-40C', 'A100D-20C', 'A100D-10C', 'A100D-10C'))
  expect(plan).toMatchObject({ moves: 0, refusal: null })
  expect(plan.after).toContainEqual({ profile: 'A100D-20C', start: 0, size: 4 })
  expect(replay(mixed, existing, plan.steps)).toEqual(plan.after)
})
