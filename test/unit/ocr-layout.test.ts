import type { Point, Quad } from '../../src-main/recipes/ocr/geometry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closerScale } from '../../src-main/recipes/ocr/closerLook'
import { turn } from '../../src-main/recipes/ocr/geometry'
import { alongText, chooseVoters, turnedLines, verdict } from '../../src-main/recipes/ocr/orientation'
import { quarterTurned, quarterTurnedBack } from '../../src-main/recipes/ocr/picture'
import { readingOrder, textAngle } from '../../src-main/recipes/ocr/readingOrder'
import { keepBetter, otherCuts } from '../../src-main/recipes/ocr/secondLook'

function box(left: number, top: number, width: number, height = 20): Quad {
  return [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
}

function rotated(quad: Quad, angle: number): Quad {
  const at = ([x, y]: Point): Point => [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)]
  return [at(quad[0]), at(quad[1]), at(quad[2]), at(quad[3])]
}

/** A table of three rows, in reading order. */
const table = [box(10, 10, 120), box(300, 12, 60), box(10, 50, 90), box(300, 49, 60), box(10, 90, 140), box(300, 91, 60)]

describe('reading order', () => {
  it('goes row by row through a table, from the left', () => {
    expect(readingOrder(table)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('does not depend on the order of the boxes or on how the page was turned', () => {
    const shuffled = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 })
    fc.assert(fc.property(shuffled, fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }), (order, angle) => {
      const found = readingOrder(order.map(i => rotated(table[i], angle)))
      expect(found.map(i => order[i])).toEqual([0, 1, 2, 3, 4, 5])
    }))
  })

  it('reads columns of running text one after the other', () => {
    const rows = [0, 1, 2, 3, 4, 5]
    const heading = box(250, 0, 300, 30)
    const left = rows.map(i => box(10, 60 + i * 30, i === 5 ? 120 : 380 + i % 2 * 10))
    const right = rows.map(i => box(440, 60 + i * 30, i === 2 ? 90 : 375))
    const footer = box(390, 260, 40)
    const page = [heading, ...left, ...right, footer]
    expect(readingOrder(page)).toEqual(page.map((_, i) => i))
  })

  it('does not take a table with long cells for columns', () => {
    const cells = [0, 1, 2, 3, 4, 5].flatMap(i => [box(10, i * 30, 200 + 37 * i % 170), box(440, i * 30, 90)])
    expect(readingOrder(cells)).toEqual(cells.map((_, i) => i))
  })

  it('of nothing is nothing', () => {
    expect(readingOrder([])).toEqual([])
  })

  it('takes the direction from the long lines', () => {
    expect(textAngle([rotated(box(0, 0, 400), 0.05), rotated(box(0, 50, 380), 0.05), rotated(box(0, 90, 20), 1.5)])).toBeCloseTo(0.05, 1)
  })
})

describe('the direction of a box', () => {
  it('is along its longer side', () => {
    expect(alongText([box(0, 0, 200), box(0, 50, 20, 200)])[1]).toEqual(turn(box(0, 50, 20, 200), 1))
  })

  it('of an upright figure is that of the text around it', () => {
    const figure = box(300, 0, 12, 24)
    expect(alongText([box(0, 0, 200), figure])[1]).toEqual(figure)
    const tall = [box(0, 0, 20, 200), box(40, 0, 20, 180)]
    expect(alongText([...tall, box(80, 0, 22, 20)])[2]).toEqual(turn(box(80, 0, 22, 20), 1))
  })

  it('is asked of the longest lines', () => {
    const lines = Array.from({ length: 20 }, (_, i) => box(0, i * 30, 50 + i * 10))
    expect(chooseVoters(lines)[0]).toBe(19)
    expect(chooseVoters(lines).length).toBeLessThan(lines.length)
  })

  it('is settled for all unless sure voters disagree', () => {
    expect(verdict([0.01, 0.05])).toBe('upright')
    expect(verdict([0.99, 0.95])).toBe('turned')
    expect(verdict([0.01, 0.99])).toBe('mixed')
    expect(verdict([0.99, 0.5, 0.6])).toBe('mixed')
    expect(verdict([0.5, 0.84, 0.01])).toBe('upright')
    expect(verdict([])).toBe('upright')
  })
})

describe('lines on their heads', () => {
  it('are those the classifier is sure of; short and doubtful ones go with the most text', () => {
    const lines = [box(0, 0, 300), box(0, 40, 280), box(0, 80, 260), box(0, 120, 25), box(0, 160, 200)]
    expect(turnedLines(lines, [0.99, 0.98, 0.02, 0.05, 0.6])).toEqual([true, true, false, true, true])
    expect(turnedLines(lines, [0.01, 0.02, 0.99, 0.95, 0.4])).toEqual([false, false, true, false, false])
  })
})

describe('a quarter turn', () => {
  it('moves pixels clockwise, and places back to where they were', () => {
    const pixels = Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap(value => [value, value, value]))
    const turned = quarterTurned({ pixels, width: 3, height: 2 })
    expect([turned.width, turned.height]).toEqual([2, 3])
    expect([...turned.pixels].filter((_, i) => i % 3 === 0)).toEqual([4, 1, 5, 2, 6, 3])
    expect(quarterTurnedBack(box(0, 0, 1, 1), 2)).toEqual([[0, 2], [0, 1], [1, 1], [1, 2]])
  })
})

describe('a closer look', () => {
  const page = { width: 1920, height: 1080 }

  it('is taken where the smallest lines are too small, up to the picture\'s own size', () => {
    expect(closerScale([box(0, 0, 90, 8), box(0, 20, 90, 8), box(0, 40, 90, 30), box(0, 80, 90, 30)], 0.4, page)).toBe(1)
    expect(closerScale([box(0, 0, 90, 6)], 0.6, page)).toBe(1)
  })

  it('is not taken where the lines are large enough, nor at what is seen whole', () => {
    expect(closerScale([box(0, 0, 90, 20), box(0, 40, 90, 15)], 0.4, page)).toBeNull()
    expect(closerScale([box(0, 0, 90, 6)], 1, page)).toBeNull()
  })

  it('is taken where nothing was seen in a picture that was made much smaller', () => {
    expect(closerScale([], 0.2, { width: 4000, height: 3000 })).toBeCloseTo(0.418, 2)
    expect(closerScale([], 0.7, page)).toBeNull()
  })
})

describe('a second look', () => {
  const sure = { quad: box(0, 0, 100), reading: { text: 'total', score: 0.98 } }
  const unsure = { quad: box(0, 40, 100), reading: { text: 'leioi', score: 0.6 } }
  const square = { quad: box(0, 80, 24), reading: { text: 'o', score: 0.5 } }

  it('is taken at doubtful lines only, sideways where the box is nearly square', () => {
    const cuts = otherCuts([sure, unsure, square])
    expect(cuts.map(cut => cut.line)).toEqual([1, 2, 2, 2])
    expect(cuts[0].quad).toEqual(turn(unsure.quad, 2))
  })

  it('replaces a reading only by a clearly better one', () => {
    const cuts = otherCuts([unsure])
    expect(keepBetter([unsure], cuts, [{ text: 'total', score: 0.95 }])).toEqual([{ quad: cuts[0].quad, reading: { text: 'total', score: 0.95 } }])
    expect(keepBetter([unsure], cuts, [{ text: 'x', score: 0.63 }])).toEqual([unsure])
  })

  it('keeps the best of several', () => {
    const readings = [0.7, 0.97, 0.9].map((score, i) => ({ text: String(i), score }))
    expect(keepBetter([square], otherCuts([square]), readings)[0].reading.text).toBe('1')
  })
})
