import type { TensorValue } from '../../src-main/recipes/tensor/dtypes'
import { describe, expect, it } from 'vitest'
import { groupsOf } from '../../src-main/recipes/tensor/groups'
import { findLargest } from '../../src-main/recipes/tensor/largest'
import { sameValues } from '../../src-main/recipes/tensor/sameValues'
import { rowsOf, stack, stackingProblem, stackKey, unstack } from '../../src-main/recipes/tensor/stack'

const input = (name: string, shape: readonly (number | string | null)[] | null) => ({ name, dtype: 'float32' as const, shape })
const float = (shape: readonly number[], ...values: number[]): TensorValue => ({ dtype: 'float32', shape, data: Float32Array.from(values) })

describe('which models take several inputs at once', () => {
  it('those whose first dimension varies in every input and output, or whose shapes are not told', () => {
    expect(stackingProblem([input('x', ['batch', 3]), input('mask', ['batch'])], [input('y', ['other', 2])])).toBeNull()
    expect(stackingProblem([input('x', [null, 3])], [input('y', null)])).toBeNull()
  })

  it.each([
    [[input('x', [1, 3])], [input('y', ['n'])], /first dimension of its input "x" is always 1/],
    [[input('x', ['n', 3])], [input('y', [1, 2])], /first dimension of its output "y" is always 1/],
    [[input('x', ['n'])], [input('y', [])], /output "y" has no dimensions/],
    [[input('a', ['m', 'k']), input('b', ['k', 'n'])], [input('y', ['m', 'n'])], /different ones: "m", "k"/],
    [[], [input('y', ['n'])], /no inputs/],
  ])('none else, with the reason %#', (inputs, outputs, reason) => {
    expect(stackingProblem(inputs, outputs)).toMatch(reason)
  })
})

describe('putting inputs together', () => {
  it('joins rows and gives each its own again, also where they differ in number', () => {
    const members = [new Map([['x', float([1, 2], 1, 2)]]), new Map([['x', float([2, 2], 3, 4, 5, 6)]])]
    const stacked = stack(members)
    expect(stacked.get('x')).toEqual(float([3, 2], 1, 2, 3, 4, 5, 6))
    expect(unstack(stacked, [1, 2])).toEqual(members)
  })

  it('joins texts', () => {
    const text = (...data: string[]): TensorValue => ({ dtype: 'string', shape: [data.length], data })
    const members = [new Map([['t', text('a')]]), new Map([['t', text('b', 'c')]])]
    expect(stack(members).get('t')).toEqual(text('a', 'b', 'c'))
    expect(unstack(stack(members), [1, 2])).toEqual(members)
  })

  it('cannot tell whose is whose where the rows that come out are not those that went in', () => {
    expect(unstack(new Map([['y', float([2, 1], 1, 2)]]), [1, 2])).toBeNull()
    expect(unstack(new Map([['y', null]]), [1])).toBeNull()
  })

  it('keeps shapes and dtypes apart, and those whose tensors have no rows in common', () => {
    const key = (value: TensorValue) => stackKey(new Map([['x', value]]))
    expect(key(float([1, 2], 1, 2))).toBe(key(float([2, 2], 1, 2, 3, 4)))
    expect(key(float([1, 2], 1, 2))).not.toBe(key(float([1, 1, 2], 1, 2)))
    expect(key(float([1, 2], 1, 2))).not.toBe(key({ dtype: 'int32', shape: [1, 2], data: Int32Array.of(1, 2) }))
    expect(key(float([], 1))).toBeNull()
    expect(key(float([0, 2]))).toBeNull()
    expect(rowsOf(new Map([['x', float([1], 1)], ['z', float([2], 1, 2)]]))).toBeNull()
  })

  it('forms groups of a kind in order, with the rest in another', () => {
    expect(groupsOf(['a', 'b', 'a', null, 'a', 'b'], kind => kind === 'a' ? 2 : 8)).toEqual([[0, 2], [1, 5], [3], [4]])
  })
})

describe('telling whether two runs gave the same', () => {
  const values = (...numbers: number[]) => new Map([['y', float([numbers.length], ...numbers)]])

  it('forgives rounding, and no mix-up', () => {
    expect(sameValues(values(1, 0.00001, Number.NaN, Infinity), values(1.00001, 0, Number.NaN, Infinity))).toBe(true)
    expect(sameValues(values(1, 2), values(2, 1))).toBe(false)
    expect(sameValues(values(1, Number.NaN), values(1, 2))).toBe(false)
    expect(sameValues(values(1), values(1, 2))).toBe(false)
  })

  it('forgives nothing in whole numbers and texts', () => {
    const whole = (value: bigint) => new Map<string, TensorValue>([['y', { dtype: 'int64', shape: [1], data: BigInt64Array.of(value) }]])
    expect(sameValues(whole(5n), whole(5n))).toBe(true)
    expect(sameValues(whole(5n), whole(6n))).toBe(false)
  })
})

/** A process that takes `base`, `each` for an input, and a run that fails from `failsAt` on. */
function world({ base = 100, each = 1, first = 0, failsAt = Infinity, told = each, msEach = 0 }: { base?: number, each?: number, first?: number, failsAt?: number, told?: number, msEach?: number }) {
  const tried: number[] = []
  let peak = base
  let nowMs = 0
  return {
    tried,
    peak: () => peak,
    find: (most: number, limitMiB: number) => findLargest({
      most,
      limitMiB,
      runAt: async (batch) => {
        tried.push(batch)
        nowMs += batch * msEach
        if (batch >= failsAt)
          throw new Error('too large')
        peak = Math.max(peak, base + first + batch * each)
      },
      peakMiB: () => peak,
      estimateMiB: batch => told * batch,
      nowMs: () => nowMs,
      longestMs: 1000,
    }),
  }
}

describe('finding the largest batch', () => {
  it('doubles, then comes close to the limit without ever passing it', async () => {
    const { find, tried, peak } = world({ each: 7 })
    const { batch, why } = await find(1024, 1000)
    expect(why).toBe('memory')
    expect(batch).toBeLessThanOrEqual(128)
    expect(batch).toBeGreaterThanOrEqual(115)
    expect(peak()).toBeLessThanOrEqual(1000)
    expect(tried.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 64])
  })

  it('does not pass the limit where the graph tells too little, nor where the first run takes much once', async () => {
    for (const told of [0, 0.1, 20]) {
      const { find, peak } = world({ each: 10, told, first: 200 })
      expect((await find(1024, 1000)).batch).toBeGreaterThanOrEqual(told > 10 ? 30 : 1)
      expect(peak()).toBeLessThanOrEqual(1000)
    }
  })

  it('ends at the most that is wanted, at a size the model fails on, and at a run that takes long', async () => {
    expect(await world({}).find(48, 1e6)).toEqual({ batch: 48, why: 'most' })
    expect(await world({ failsAt: 16 }).find(1024, 1e6)).toEqual({ batch: 8, why: 'failed' })
    expect(await world({ msEach: 100 }).find(1024, 1e6)).toEqual({ batch: 16, why: 'time' })
    expect(await world({ failsAt: 1 }).find(1024, 1e6)).toEqual({ batch: 0, why: 'failed' })
  })
})
