import { describe, expect, it } from 'vitest'
import { plan } from '../../src-main/scheduler/plan'
import { planJob, planSlice } from '../helpers/planSnapshot'

describe('the queue', () => {
  it('gives the slice that computes most to the first in line', () => {
    const slices = [planSlice('small'), planSlice('large', { profile: '3g.40gb', computeShare: 3 / 7, start: 4 })]
    expect(plan({ queue: [planJob('a'), planJob('b')], slices })).toEqual([
      { type: 'start', job: 'a', slice: 'large' },
      { type: 'start', job: 'b', slice: 'small' },
    ])
  })

  it('prefers more threads over a larger share of a device that has fewer', () => {
    const slices = [planSlice('gpu', { computeShare: 1 }), planSlice('cpu', { device: 'cpu', isGpu: false, threads: 2, computeShare: 1 })]
    expect(plan({ queue: [planJob('a')], slices })).toEqual([{ type: 'start', job: 'a', slice: 'cpu' }])
  })

  it('does not let a later job overtake an earlier one on the slice it waits for', () => {
    const slices = [planSlice('busy', { profile: '3g.40gb', holder: 'job_0' })]
    const decisions = plan({ queue: [planJob('first', { profile: '3g.40gb' }), planJob('second', { profile: '3g.40gb' })], slices })
    expect(decisions.map(({ type }) => type)).toEqual(['wait', 'wait'])
    expect(decisions[0]).toMatchObject({ why: '3g.40gb is held by job_0' })
  })

  it('lets a job that wants another slice go on past one that waits', () => {
    const slices = [planSlice('busy', { profile: '3g.40gb', holder: 'job_0' }), planSlice('free')]
    expect(plan({ queue: [planJob('first', { profile: '3g.40gb' }), planJob('second')], slices })[1]).toEqual({ type: 'start', job: 'second', slice: 'free' })
  })

  it('keeps no slice from others for a job whose model is still being fetched', () => {
    expect(plan({ queue: [planJob('first', { modelReady: false }), planJob('second')], slices: [planSlice('free')] })).toEqual([
      { type: 'wait', job: 'first', why: 'its model is being fetched' },
      { type: 'start', job: 'second', slice: 'free' },
    ])
  })

  it('says why a device cannot serve, and when what was asked for is gone', () => {
    const slices = [planSlice('real', { device: 'h100', deviceName: 'NVIDIA H100', profile: 'passthrough', unusable: 'no CUDA provider' })]
    expect(plan({ queue: [planJob('a', { device: 'h100' })], slices })).toMatchObject([{ why: 'any slice on NVIDIA H100: no CUDA provider' }])
    expect(plan({ queue: [planJob('a', { profile: '7g.80gb' })], slices })).toMatchObject([{ why: 'no slice fits: 7g.80gb does not exist any more' }])
  })
})
