import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quantile, spreadOf } from '../../src-main/doors/cli/benchModel/figures'

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 })
const share = fc.double({ min: 0, max: 1, noNaN: true })

/** By its definition: walk up the sorted values a step at a time, and take the part of the last step that is left. */
function naive(of: readonly number[], share: number): number {
  const left = [...of]
  const sorted: number[] = []
  while (left.length > 0)
    sorted.push(...left.splice(left.indexOf(Math.min(...left)), 1))
  let place = share * (sorted.length - 1)
  let at = 0
  while (place >= 1 && at < sorted.length - 1) {
    at++
    place--
  }
  return at === sorted.length - 1 ? sorted[at] : sorted[at] * (1 - place) + sorted[at + 1] * place
}

describe('a quantile', () => {
  it('is what its definition says', () => {
    fc.assert(fc.property(values, share, (of, at) => {
      expect(Math.abs(quantile(of, at) - naive(of, at))).toBeLessThan(1e-6)
    }))
  })

  it('does not depend on the order, and leaves the values as they are', () => {
    fc.assert(fc.property(values, share, (of, at) => {
      const before = [...of]
      expect(quantile([...of].reverse(), at)).toBe(quantile(of, at))
      expect(of).toEqual(before)
    }))
  })

  it('grows with its share, from the least value to the greatest', () => {
    fc.assert(fc.property(values, (of) => {
      const { min, p5, median, p95, p99, max } = spreadOf(of)
      const row = [Math.min(...of), min, p5, median, p95, p99, max, Math.max(...of)]
      expect(row.every((value, i) => i === 0 || value - row[i - 1] >= -1e-9)).toBe(true)
      expect(row[0] === min && row[7] === max).toBe(true)
    }))
  })
})
