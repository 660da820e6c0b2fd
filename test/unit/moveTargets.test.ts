import type { LabSlice } from '../../src-main/broker/capacity'
import { describe, expect, it } from 'vitest'
import { chooseTarget, moveTargets, whyNoTarget } from '../../src-main/scheduler/moveTargets'
import { jobRow } from '../helpers/jobRow'
import { planSlice } from '../helpers/planSnapshot'

function labSlice(id: string, different: Partial<LabSlice> = {}): LabSlice {
  return {
    ...planSlice(id),
    row: { id } as LabSlice['row'],
    terms: { policy: 'whole', share: 1, timeSliceMs: null, spatial: false, byDriver: false },
    isHardware: false,
    hardwareKey: null,
    ...different,
  }
}
const job = jobRow({ state: 'running', profile: '3g.40gb', leastMiB: 9000, backends: [], lastSlice: { id: 'here', device: 'gpu', profile: '3g.40gb', start: 0, size: 4 } })
const here = labSlice('here', { profile: '3g.40gb', memoryMiB: 40_000, holder: 'job_1' })
const anywhere = { slice: null, profile: null, device: null, need: null, tolerance: null }

describe('where a running job can go', () => {
  it('names every reason against each place, and never the place where it is', () => {
    const slices = [here, labSlice('small', { memoryMiB: 4864, holder: 'vm-1' }), labSlice('gone', { memoryMiB: 40_000, unusable: 'its layout is being changed' }), labSlice('real', { memoryMiB: 40_000, isHardware: true })]
    expect(moveTargets(job, slices, null).map(({ slice, reasons }) => [slice, reasons])).toEqual([
      ['small', ['held by vm-1', 'the model needs about 9000 MiB, and it has 4864']],
      ['gone', ['its layout is being changed']],
      ['real', ['it computes with cuda instead of cpu, so results may differ a little: name the tolerance that you accept']],
    ])
    expect(moveTargets(job, slices, 0.001).find(({ slice }) => slice === 'real')).toMatchObject({ ok: true })
  })

  it('prefers what its submitter asked for, then the smallest that holds it', () => {
    const small = labSlice('small', { memoryMiB: 10_000 })
    const alike = labSlice('alike', { profile: '3g.40gb', memoryMiB: 40_000 })
    expect(chooseTarget(job, [here, small, alike], anywhere)?.id).toBe('alike')
    expect(chooseTarget(job, [here, small, labSlice('large', { memoryMiB: 80_000 })], anywhere)?.id).toBe('small')
    expect(chooseTarget(job, [here, small, alike], { ...anywhere, slice: 'small' })?.id).toBe('small')
    expect(chooseTarget(job, [here], anywhere)).toBeUndefined()
  })

  it('says why not, and how many others there are', () => {
    const taken = labSlice('taken', { holder: 'vm-1', memoryMiB: 40_000 })
    expect(whyNoTarget(job, [here, taken, labSlice('other', { holder: 'vm-2', memoryMiB: 40_000 })], anywhere)).toBe('1g.10gb on Virtual A100-80GB: held by vm-1; and 1 more')
    expect(whyNoTarget(job, [here, taken], { ...anywhere, profile: '7g.80gb' })).toBe('no other slice is what was asked for')
  })
})
