import type { RotatedRect } from '../../src-main/recipes/ocr/geometry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxRules, findBoxes, meanWithin } from '../../src-main/recipes/ocr/boxes'
import { componentOutlines } from '../../src-main/recipes/ocr/components'
import { heightOf, minAreaRect, widthOf } from '../../src-main/recipes/ocr/geometry'

/** A map drawn as rows of characters: `#` is text. */
function mapOf(rows: readonly string[]) {
  return { map: Float32Array.from(rows.join(''), c => c === '#' ? 0.9 : 0.1), width: rows[0].length, height: rows.length }
}

/** The pixels of a rotated rectangle, by asking each pixel's centre. */
function drawn(width: number, height: number, { cx, cy, width: w, height: h, angle }: RotatedRect, value: number) {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width + 0.5 - cx, Math.floor(i / width) + 0.5 - cy]
    const u = x * Math.cos(angle) + y * Math.sin(angle)
    const v = y * Math.cos(angle) - x * Math.sin(angle)
    return Math.abs(u) <= w / 2 && Math.abs(v) <= h / 2 ? value : 0
  })
}

describe('components', () => {
  it('join pixels that touch at a corner and keep others apart', () => {
    const { map, width, height } = mapOf(['##....#', '..#...#', '.....#.', '#......'])
    const outlines = componentOutlines(map, width, height, 0.5)
    expect(outlines.map(outline => outline.length)).toEqual([4, 6, 2])
  })

  it('join two arms that meet further down', () => {
    const { map, width, height } = mapOf(['#.#.#', '#.#.#', '#####'])
    expect(componentOutlines(map, width, height, 0.5)).toHaveLength(1)
  })

  it('are as many, of the same extent, as a flood fill finds', () => {
    const grid = fc.integer({ min: 1, max: 14 }).chain(width => fc.array(fc.boolean(), { minLength: width, maxLength: width * 12 })
      .map(cells => ({ width, cells: cells.slice(0, Math.floor(cells.length / width) * width) })))
    fc.assert(fc.property(grid, ({ width, cells }) => {
      const map = Float32Array.from(cells, cell => cell ? 1 : 0)
      const height = cells.length / width
      const boundsOf = (points: readonly (readonly [number, number])[]) => {
        const xs = points.map(([x]) => x)
        const ys = points.map(([, y]) => y)
        return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)].join()
      }
      const found = componentOutlines(map, width, height, 0.5).map(boundsOf).sort()
      expect(found).toEqual(floodFill(map, width, height).map(boundsOf).sort())
    }), { numRuns: 300 })
  })
})

function floodFill(map: Float32Array, width: number, height: number): [number, number][][] {
  const seen = new Set<number>()
  const groups: [number, number][][] = []
  for (let start = 0; start < map.length; start++) {
    if (map[start] === 0 || seen.has(start))
      continue
    const group: [number, number][] = []
    const open = [start]
    seen.add(start)
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)]
      group.push([x, y])
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx
          if (map[next] > 0 && !seen.has(next)) {
            seen.add(next)
            open.push(next)
          }
        }
      }
    }
    groups.push(group)
  }
  return groups
}

describe('text boxes', () => {
  it('grow a level core by area x ratio / perimeter on each side', () => {
    const core = { cx: 100, cy: 40, width: 80, height: 10, angle: 0 }
    const [box] = findBoxes(drawn(200, 80, core, 0.9), 200, 80)
    const distance = 80 * 10 * boxRules.unclipRatio / (2 * (80 + 10))
    expect(box[0][0]).toBeCloseTo(60 - distance)
    expect(box[0][1]).toBeCloseTo(35 - distance)
    expect(box[2][0]).toBeCloseTo(140 + distance)
    expect(box[2][1]).toBeCloseTo(45 + distance)
  })

  it('follow a core at any angle', () => {
    fc.assert(fc.property(fc.double({ min: -0.7, max: 0.7, noNaN: true }), (angle) => {
      const boxes = findBoxes(drawn(220, 220, { cx: 110, cy: 110, width: 120, height: 16, angle }, 0.95), 220, 220)
      expect(boxes).toHaveLength(1)
      const rect = minAreaRect(boxes[0])
      expect(Math.abs(rect.cx - 110) + Math.abs(rect.cy - 110)).toBeLessThan(1)
      expect(Math.abs(rect.angle - angle)).toBeLessThan(0.03)
      expect(Math.max(widthOf(boxes[0]), heightOf(boxes[0]))).toBeGreaterThan(120)
    }), { numRuns: 40 })
  })

  it('leave out what is faint, small, or absent', () => {
    expect(findBoxes(drawn(100, 60, { cx: 50, cy: 30, width: 60, height: 10, angle: 0 }, boxRules.boxThreshold - 0.1), 100, 60)).toEqual([])
    expect(findBoxes(drawn(100, 60, { cx: 50, cy: 30, width: 60, height: 2, angle: 0 }, 0.9), 100, 60)).toEqual([])
    expect(findBoxes(new Float32Array(6000), 100, 60)).toEqual([])
  })

  it('reach the edge of the map without reading beyond it', () => {
    expect(findBoxes(new Float32Array(32 * 32).fill(0.9), 32, 32)).toHaveLength(1)
  })
})

describe('the mean within a rectangle', () => {
  it('counts the pixels whose centres lie inside', () => {
    const rect = { cx: 20, cy: 15, width: 18, height: 7, angle: 0.4 }
    const inside = drawn(40, 30, rect, 1)
    expect(meanWithin(inside, 40, 30, rect)).toBe(1)
    expect(meanWithin(inside.map(value => 1 - value), 40, 30, rect)).toBe(0)
  })

  it('is 0 for a rectangle off the map', () => {
    expect(meanWithin(new Float32Array(100).fill(1), 10, 10, { cx: -50, cy: 5, width: 4, height: 4, angle: 0 })).toBe(0)
  })
})
