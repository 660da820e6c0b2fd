import { describe, expect, it } from 'vitest'
import { plan } from '../../src-main/scheduler/plan'
import { planJob, planPool, planSlice } from '../helpers/planSnapshot'

describe('the queue', () => {
  it('gives the slice that computes most to the first in line', () => {
    const slices = [planSlice('small'), planSlice('large', { profile: '3g.40gb', computeShare: 3 / 7, start: 4 })]
    expect(plan({ queue: [planJob('a'), planJob('b')], slices, pools: [] })).toEqual([
      { type: 'start', job: 'a', slice: 'large' },
      { type: 'start', job: 'b', slice: 'small' },
    ])
  })

  it('prefers more threads over a larger share of a device that has fewer', () => {
    const slices = [planSlice('gpu', { computeShare: 1 }), planSlice('cpu', { device: 'cpu', isGpu: false, threads: 2, computeShare: 1 })]
    expect(plan({ queue: [planJob('a')], slices, pools: [] })).toEqual([{ type: 'start', job: 'a', slice: 'cpu' }])
  })

  it('does not let a later job overtake an earlier one on the slice it waits for', () => {
    const slices = [planSlice('busy', { profile: '3g.40gb', holder: 'job_0' })]
    const decisions = plan({ queue: [planJob('first', { profile: '3g.40gb' }), planJob('second', { profile: '3g.40gb' })], slices, pools: [] })
    expect(decisions.map(({ type }) => type)).toEqual(['wait', 'wait'])
    expect(decisions[0]).toMatchObject({ why: '3g.40gb is held by job_0' })
  })

  it('lets a job that wants another slice go on past one that waits', () => {
    const slices = [planSlice('busy', { profile: '3g.40gb', holder: 'job_0' }), planSlice('free')]
    expect(plan({ queue: [planJob('first', { profile: '3g.40gb' }), planJob('second')], slices, pools: [] })[1]).toEqual({ type: 'start', job: 'second', slice: 'free' })
  })

  it('keeps no slice from others for a job whose model is still being fetched', () => {
    expect(plan({ queue: [planJob('first', { modelReady: false }), planJob('second')], slices: [planSlice('free')], pools: [] })).toEqual([
      { type: 'wait', job: 'first', why: 'its model is being fetched' },
      { type: 'start', job: 'second', slice: 'free' },
    ])
  })

  it('says why a device cannot serve, and when what was asked for is gone', () => {
    const slices = [planSlice('real', { device: 'h100', deviceName: 'NVIDIA H100', profile: 'passthrough', unusable: 'no CUDA provider' })]
    expect(plan({ queue: [planJob('a', { device: 'h100' })], slices, pools: [] })).toMatchObject([{ why: 'any slice on NVIDIA H100: no CUDA provider' }])
    expect(plan({ queue: [planJob('a', { profile: '7g.80gb' })], slices, pools: [] })).toMatchObject([{ why: 'no slice fits: 7g.80gb does not exist any more' }])
  })
})

describe('a request by need', () => {
  const large = planSlice('large', { profile: '3g.40gb', memoryMiB: 40192, computeShare: 3 / 7, sm: 42, start: 4 })
  const small = planSlice('small')

  it('takes the smallest slice that serves, and none that does not', () => {
    const ask = (need: NonNullable<Parameters<typeof planJob>[1]>['need']) => plan({ queue: [planJob('a', { need })], slices: [large, small], pools: [] })[0]
    expect(ask({ memoryMiB: 8000 })).toMatchObject({ slice: 'small' })
    expect(ask({ memoryMiB: 9857 })).toMatchObject({ slice: 'large' })
    expect(ask({ computeShare: 1 / 7 })).toMatchObject({ slice: 'small' })
    expect(ask({ sm: 15 })).toMatchObject({ slice: 'large' })
    expect(ask({ memoryMiB: 50_000 })).toMatchObject({ type: 'wait', why: 'no slice fits: a slice with 50000 MiB does not exist any more' })
  })

  it('names models and labels, never a place', () => {
    const labelled = planSlice('class', { device: 'other', model: 'A30-24GB', label: 'class-room' })
    const ask = (need: NonNullable<Parameters<typeof planJob>[1]>['need']) => plan({ queue: [planJob('a', { need })], slices: [large, small, labelled], pools: [] })[0]
    expect(ask({ label: 'class-room' })).toMatchObject({ slice: 'class' })
    expect(ask({ models: ['a30-24gb'] })).toMatchObject({ slice: 'class' })
    expect(ask({ models: ['H100-80GB'] })).toMatchObject({ type: 'wait' })
  })

  it('asks for engines that a slice surely has', () => {
    const engines = { copy: 1, nvdec: 1, nvenc: 0, nvjpg: 1, ofa: 1 }
    const media = planSlice('media', { engines })
    const without = planSlice('without', { engines: { ...engines, nvdec: null, nvjpg: 0 } })
    expect(plan({ queue: [planJob('a', { need: { engines: ['nvjpg', 'nvdec'] } })], slices: [without, media], pools: [] })).toMatchObject([{ slice: 'media' }])
  })

  it('means a GPU unless the device is named', () => {
    const cpu = planSlice('cpu', { device: 'cpu', isGpu: false, memoryMiB: 16_000 })
    expect(plan({ queue: [planJob('a', { need: { memoryMiB: 1 } })], slices: [cpu], pools: [] })).toMatchObject([{ type: 'wait' }])
    expect(plan({ queue: [planJob('a', { need: { memoryMiB: 1 }, device: 'cpu' })], slices: [cpu], pools: [] })).toMatchObject([{ slice: 'cpu' }])
  })
})

describe('a shared device', () => {
  it('gives parts of any size side by side, on the device that is left with least', () => {
    const pools = [planPool('roomy'), planPool('tight', { freeMiB: 9000 })]
    const queue = [planJob('a', { need: { memoryMiB: 8000 } }), planJob('b', { profile: '0.5' }), planJob('c', { need: { memoryMiB: 8000 } }), planJob('d')]
    expect(plan({ queue, slices: [], pools })).toEqual([
      { type: 'part', job: 'a', device: 'tight', profile: '8000MiB' },
      { type: 'part', job: 'b', device: 'roomy', profile: '40960MiB' },
      { type: 'part', job: 'c', device: 'roomy', profile: '8000MiB' },
      { type: 'part', job: 'd', device: 'roomy', profile: '20480MiB' },
    ])
  })

  it('keeps its memory for the first that waits for it', () => {
    const pools = [planPool('only', { freeMiB: 20_000, holders: ['vm-1'] })]
    expect(plan({ queue: [planJob('first', { profile: '0.5' }), planJob('second', { need: { memoryMiB: 1000 } })], slices: [], pools })).toEqual([
      { type: 'wait', job: 'first', why: '0.5 is held by vm-1' },
      { type: 'wait', job: 'second', why: 'a slice with 1000 MiB is held by vm-1, first' },
    ])
  })
})
