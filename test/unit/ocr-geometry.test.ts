import type { Point } from '../../src-main/recipes/ocr/geometry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsAlong, convexHull, corners, expand, heightOf, minAreaRect, turn, widthOf } from '../../src-main/recipes/ocr/geometry'

const somePoints = fc.array(fc.tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -300, max: 300 })), { minLength: 1, maxLength: 40 })

describe('the convex hull', () => {
  it('leaves out what lies inside and on the sides', () => {
    const square: Point[] = [[0, 0], [4, 0], [4, 4], [0, 4], [2, 2], [2, 0], [4, 3]]
    expect(convexHull(square)).toEqual([[0, 0], [4, 0], [4, 4], [0, 4]])
  })

  it('has every point on its left or on it', () => {
    fc.assert(fc.property(somePoints, (points) => {
      const hull = convexHull(points)
      for (let i = 0; hull.length > 2 && i < hull.length; i++) {
        const [ax, ay] = hull[i]
        const [bx, by] = hull[(i + 1) % hull.length]
        for (const [x, y] of points)
          expect((bx - ax) * (y - ay) - (by - ay) * (x - ax)).toBeGreaterThanOrEqual(0)
      }
    }))
  })
})

describe('the rectangle of least area', () => {
  it('is no larger than the best of a thousand angles, and holds every point', () => {
    fc.assert(fc.property(somePoints, (points) => {
      const rect = minAreaRect(points)
      const tried = Array.from({ length: 1000 }, (_, i) => boundsAlong(points, i * Math.PI / 2000))
      const least = Math.min(...tried.map(({ width, height }) => width * height))
      expect(rect.width * rect.height).toBeLessThanOrEqual(least + 1e-6)
      expect(Math.abs(rect.angle)).toBeLessThanOrEqual(Math.PI / 4 + 1e-9)
      const around = boundsAlong([...points, ...corners(rect)], rect.angle)
      expect(around.width).toBeCloseTo(rect.width, 6)
      expect(around.height).toBeCloseTo(rect.height, 6)
    }), { numRuns: 60 })
  })

  it('finds a rectangle again from its corners', () => {
    const drawn = { cx: 100, cy: 50, width: 80, height: 20, angle: 0.3 }
    const found = minAreaRect(corners(drawn))
    expect(found.cx).toBeCloseTo(100)
    expect(found.cy).toBeCloseTo(50)
    expect(found.width).toBeCloseTo(80)
    expect(found.height).toBeCloseTo(20)
    expect(found.angle).toBeCloseTo(0.3)
  })

  it('takes a lone point and a straight stroke as they are', () => {
    expect(minAreaRect([[3, 4]])).toMatchObject({ cx: 3, cy: 4, width: 0, height: 0 })
    expect(minAreaRect([[0, 0], [6, 0]])).toMatchObject({ cx: 3, cy: 0, width: 6, height: 0 })
  })
})

describe('corners', () => {
  it('run clockwise from the top-left', () => {
    expect(corners({ cx: 5, cy: 5, width: 10, height: 4, angle: 0 })).toEqual([[0, 3], [10, 3], [10, 7], [0, 7]])
  })

  it('start elsewhere for turned text, and four quarters change nothing', () => {
    const quad = corners({ cx: 5, cy: 5, width: 10, height: 4, angle: 0 })
    expect(turn(quad, 2)[0]).toEqual([10, 7])
    expect(widthOf(turn(quad, 1))).toBe(4)
    expect(heightOf(turn(quad, 1))).toBe(10)
    expect(turn(quad, 4)).toEqual(quad)
  })

  it('move outward by the distance', () => {
    expect(corners(expand({ cx: 5, cy: 5, width: 10, height: 4, angle: 0 }, 2))[0]).toEqual([-2, 1])
  })
})
