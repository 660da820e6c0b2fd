import type { ModeSettings } from '../../src-main/contract/model'
import { expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { explain } from '../../src-main/slicing/explain/explain'
import { rulesOf } from '../../src-main/slicing/rules'
import { placed } from '../helpers/placed'

const gpus = readGpuTables(resourcesDir())
const a100 = rulesOf({ model: 'A100-80GB', mode: 'mig', memoryMiB: 81920, settings: {} }, gpus)

function vgpuOf(model: string, memoryMiB: number, settings: ModeSettings = {}) {
  return rulesOf({ model, mode: 'vgpu', memoryMiB, settings }, gpus)
}

it('says where a request would be cut when it fits', () => {
  expect(explain(a100, [], '1g.10gb', 1)).toEqual({ fits: true, start: 6, starts: [6], rule: null, message: '1g.10gb fits at slot 6.', blockedBy: [], smallestChange: [] })
  const answer = explain(a100, placed(a100, '4g.40gb@0'), '1g.10gb', 3)
  expect(answer).toMatchObject({ fits: true, rule: null })
  expect(answer.starts.toSorted()).toEqual([4, 5, 6])
})

it('names the slots, the holder in the way and the one move that frees them', () => {
  const existing = placed(a100, '4g.40gb@0 job_1', '1g.10gb@5 job_12')
  expect(explain(a100, existing, '2g.20gb', 1)).toEqual({
    fits: false,
    start: null,
    starts: [],
    rule: 'overlap',
    message: '2g.20gb needs start 0, 2 or 4; slot 5 is held by job_12; moving 1g.10gb from 5 to 6 frees it.',
    blockedBy: [{ slice: 'slice_1', profile: '1g.10gb', start: 5, size: 1, holder: 'job_12' }],
    smallestChange: [{ move: 'slice_1', profile: '1g.10gb', from: 5, to: 6 }],
  })
})

it('moves a free slice rather than a held one, where one move is enough', () => {
  const existing = placed(a100, '3g.40gb@4 job_1', '1g.10gb@0 job_2', '1g.10gb@3')
  expect(explain(a100, existing, '2g.20gb', 1).smallestChange).toEqual([{ move: 'slice_2', profile: '1g.10gb', from: 3, to: 1 }])
})

it('finds the chain where one move needs another', () => {
  const existing = placed(a100, '2g.20gb@0 job_1', '1g.10gb@5 job_2')
  expect(explain(a100, existing, '4g.40gb', 1).smallestChange).toEqual([{ move: 'slice_0', profile: '2g.20gb', from: 0, to: 4 }, { move: 'slice_1', profile: '1g.10gb', from: 5, to: 6 }])
})

it('moves all that lie in the way of the cheapest place', () => {
  const existing = placed(a100, '1g.10gb@0 job_1', '2g.20gb@4 job_2', '1g.10gb@6 job_3')
  const answer = explain(a100, existing, '3g.40gb', 1)
  expect(answer.message).toBe('3g.40gb needs start 0 or 4; slots 4-5 are held by job_2, slot 6 is held by job_3; moving 2g.20gb from 4 to 2 and moving 1g.10gb from 6 to 1 free it.')
  expect(answer.smallestChange).toEqual([{ move: 'slice_1', profile: '2g.20gb', from: 4, to: 2 }, { move: 'slice_2', profile: '1g.10gb', from: 6, to: 1 }])
})

it('removes slices only where no moves do, and as few as can be', () => {
  const existing = placed(a100, '4g.40gb@0 job_1', '2g.20gb@4', '1g.10gb@6')
  const answer = explain(a100, existing, '3g.40gb', 1)
  expect(answer).toMatchObject({ fits: false, rule: 'overlap' })
  expect(answer.smallestChange).toEqual([{ move: 'slice_0', profile: '4g.40gb', from: 0, to: null }])
  expect(explain(a100, existing, '7g.80gb', 1).smallestChange.map(({ to }) => to)).toEqual([null, null, null])
})

it('names the one media extension that stands in the way, not the slots', () => {
  const existing = placed(a100, '1g.10gb@0', '1g.10gb+me@3 job_7')
  const answer = explain(a100, existing, '1g.10gb+me', 1)
  expect(answer).toMatchObject({ rule: 'too-many-instances', blockedBy: [{ slice: 'slice_1', holder: 'job_7' }], smallestChange: [{ move: 'slice_1', to: null }] })
})

it('offers no change for what an empty device could not take', () => {
  expect(explain(a100, [], '9g.99gb', 1)).toMatchObject({ fits: false, rule: 'unknown-profile', smallestChange: [] })
  expect(explain(a100, placed(a100, '1g.10gb@0'), '3g.40gb', 3)).toMatchObject({
    fits: false,
    rule: 'too-many-instances',
    message: '3 of 3g.40gb do not fit on one device: it takes at most 2, even when it is empty.',
    smallestChange: [],
  })
})

it('asks for every other size to go in equal-size mode, and for none in mixed-size mode', () => {
  const equal = vgpuOf('A100-80GB', 81920)
  const inEqual = explain(equal, placed(equal, 'A100D-10C@0 vm-1', 'A100D-10C@5'), 'A100D-20C', 1)
  expect(inEqual.rule).toBe('one-size-only')
  expect(inEqual.smallestChange.map(({ move, to }) => [move, to])).toEqual(expect.arrayContaining([['slice_0', null], ['slice_1', null]]))
  const mixed = vgpuOf('A100-80GB', 81920, { vgpuMode: 'mixed' })
  expect(explain(mixed, placed(mixed, 'A100D-10C@0 vm-1', 'A100D-10C@8'), 'A100D-40C', 1).smallestChange).toHaveLength(1)
})

it('answers for a part of a shared device by the memory that is left', () => {
  const shared = rulesOf({ model: 'A100-80GB', mode: 'shared', memoryMiB: 81920, settings: {} }, gpus)
  const existing = placed(shared, '0.5@0 a', '0.25@1 b', '0.125@2 c')
  expect(explain(shared, existing, '0.25', 1)).toMatchObject({ rule: 'memory-exhausted', smallestChange: [{ profile: '10240MiB', to: null }] })
  expect(explain(shared, existing, '0.4', 1).smallestChange).toHaveLength(1)
  expect(explain(shared, existing, '0.7', 1).smallestChange).toHaveLength(2)
})

it('asks for one virtual function back when all are held', () => {
  const sriov = rulesOf({ model: 'A40-48GB', mode: 'sriov', memoryMiB: 49152, settings: { functions: 12 } }, gpus)
  const existing = placed(sriov, ...Array.from({ length: 12 }, (_, start) => `vf@${start} vm-${start}`))
  const answer = explain(sriov, existing, 'vf', 2)
  expect(answer).toMatchObject({ rule: 'overlap' })
  expect(answer.smallestChange).toHaveLength(2)
  expect(answer.message).toContain('2 of vf need as many free places, and there are 0')
})

it('can have a slice removed that its table no longer knows, but not moved', () => {
  const existing = [{ profile: '9g.99gb', start: 0, size: 2, id: 'slice_0', holder: null }, ...placed(a100, '3g.40gb@4')]
  expect(explain(a100, existing, '4g.40gb', 1).smallestChange).toEqual([{ move: 'slice_0', profile: '9g.99gb', from: 0, to: null }])
})
