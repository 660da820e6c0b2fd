import type { Estimate } from '../../src-renderer/estimateWords'
import { describe, expect, it } from 'vitest'
import { submitInput } from '../../src-main/contract/inputs'
import { estimateWords } from '../../src-renderer/estimateWords'
import { batchOf, plainTensorWish, tensorRequest } from '../../src-renderer/tensorWish'

const anywhere = { device: '', profile: '' }
const fit = (device: string, profile: string, memoryMiB: number, totalMiB: number) => ({ device, deviceName: `Virtual ${device}`, profile, memoryMiB, ok: memoryMiB >= totalMiB })

function estimate(totalMiB: number, unknownNodes = 0): Estimate {
  return {
    files: [{ role: 'model', estimate: { weightsMiB: 240, activationsMiB: 72, totalMiB, batch: 8, unknownNodes, unknownOperators: unknownNodes > 0 ? ['TopK'] : [] } }],
    totalMiB,
    fits: [fit('a', '3g.40gb', 40_192, totalMiB), fit('a', '1g.10gb', 9856, totalMiB), fit('b', '1g.6gb', 5952, totalMiB)],
  }
}

describe('what a model needs', () => {
  it('is told with its parts and the smallest slice that holds it', () => expect(estimateWords(estimate(8000), anywhere)).toEqual({ words: 'Needs 7.81 GiB (weights 240 MiB, activations 72 MiB at batch 8): fits 1g.10gb and larger', isTooLarge: false, unknown: null }))
  it('fits only the one profile that is large enough', () => expect(estimateWords(estimate(20_000), anywhere).words).toMatch(/: fits 3g\.40gb$/))
  it('is held against the device and the profile that were chosen', () => {
    expect(estimateWords(estimate(312), { device: 'b', profile: '' }).words).toMatch(/: fits 1g\.6gb$/)
    expect(estimateWords(estimate(312), { device: '', profile: '3g.40gb' }).words).toMatch(/: fits 3g\.40gb$/)
  })
  it('warns where it is too large for them, and says what they have', () => {
    expect(estimateWords(estimate(8000), { device: '', profile: '1g.6gb' })).toMatchObject({ isTooLarge: true, words: expect.stringMatching(/1g\.6gb is too small, it has 5\.81 GiB$/) })
    expect(estimateWords(estimate(90_000), anywhere)).toMatchObject({ isTooLarge: true, words: expect.stringMatching(/no slice here holds it, the largest has 39\.25 GiB$/) })
  })
  it('does not warn where there is nothing to hold it against', () => expect(estimateWords(estimate(312), { device: 'c', profile: '' })).toMatchObject({ isTooLarge: false, words: expect.stringMatching(/there is no such slice/) }))
  it('admits what is not counted', () => expect(estimateWords(estimate(312, 3), anywhere).unknown).toMatch(/3 nodes.*TopK/))
})

describe('the wishes of a tensor job', () => {
  it.each([
    [{}, {}],
    [{ batch: 8 }, { params: { batch: 8 } }],
    [{ batch: 8, largest: true }, { params: { batch: 'max' } }],
    [{ batch: 8, serves: true }, { serving: { maxBatch: 16, maxDelayMs: 2 } }],
  ])('%j are asked for as %j, in words that the contract takes', (different, request) => {
    const made = tensorRequest({ ...plainTensorWish, ...different })
    expect(made).toEqual(request)
    expect(submitInput.safeParse({ recipe: 'tensor', inputs: [], ...made }).success).toBe(true)
  })
  it('are estimated at the batch that will run', () => {
    expect(batchOf(plainTensorWish)).toBe(1)
    expect(batchOf({ ...plainTensorWish, batch: 8 })).toBe(8)
    expect(batchOf({ ...plainTensorWish, serves: true })).toBe(16)
    expect(batchOf({ ...plainTensorWish, batch: 8, largest: true })).toBe(1)
  })
})
