import type { Quad } from '../../src-main/recipes/ocr/geometry'
import type { Picture } from '../../src-main/recipes/ocr/picture'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cropInto } from '../../src-main/recipes/ocr/crop'
import { corners, turn } from '../../src-main/recipes/ocr/geometry'
import { cubicTable, phases } from '../../src-main/recipes/ocr/kernel'

/** A picture whose colours rise evenly: red to the right, green downward, blue both ways. */
function slope(width: number, height: number): Picture {
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      pixels.set([x, y, (x + y) / 2], (y * width + x) * 3)
  }
  return { pixels, width, height }
}

function crop(picture: Picture, quad: Quad, width: number, height: number, rowLength = width) {
  const tensor = new Float32Array(3 * height * rowLength).fill(9)
  cropInto(picture, quad, { tensor, offset: 0, width, height, rowLength })
  const plane = height * rowLength
  const at = (channel: number, x: number, y: number) => (tensor[channel * plane + y * rowLength + x] + 1) * 127.5
  return { tensor, red: (x: number, y: number) => at(2, x, y), green: (x: number, y: number) => at(1, x, y), blue: (x: number, y: number) => at(0, x, y) }
}

describe('a crop', () => {
  it('at the picture\'s own size gives its pixels, in the order B, G, R', () => {
    const picture = slope(60, 40)
    const { red, green, blue } = crop(picture, [[10, 5], [30, 5], [30, 15], [10, 15]], 20, 10)
    expect(red(0, 0)).toBeCloseTo(10, 3)
    expect(green(0, 0)).toBeCloseTo(5, 3)
    expect(blue(0, 1)).toBeCloseTo(8, 3)
    expect(red(19, 9)).toBeCloseTo(29, 3)
  })

  it('follows the corners at any angle and scale, either way up', () => {
    const picture = slope(200, 200)
    const shape = fc.record({ angle: fc.double({ min: -0.78, max: 0.78, noNaN: true }), width: fc.integer({ min: 30, max: 90 }), height: fc.integer({ min: 12, max: 40 }), quarters: fc.integer({ min: 0, max: 3 }) })
    fc.assert(fc.property(shape, ({ angle, width, height, quarters }) => {
      const quad = turn(corners({ cx: 100, cy: 100, width, height, angle }), quarters)
      const { red, green } = crop(picture, quad, 40, 24)
      for (const [x, y] of [[0, 0], [39, 0], [20, 12], [0, 23], [39, 23]]) {
        const place = (axis: 0 | 1) => quad[0][axis] + (x + 0.5) / 40 * (quad[1][axis] - quad[0][axis]) + (y + 0.5) / 24 * (quad[3][axis] - quad[0][axis]) - 0.5
        expect(Math.abs(red(x, y) - place(0))).toBeLessThan(0.1)
        expect(Math.abs(green(x, y) - place(1))).toBeLessThan(0.1)
      }
    }), { numRuns: 80 })
  })

  it('fills the rest of each row with 0', () => {
    const { tensor } = crop(slope(30, 30), [[5, 5], [15, 5], [15, 15], [5, 15]], 10, 10, 16)
    for (let plane = 0; plane < 3; plane++) {
      for (let y = 0; y < 10; y++)
        expect([...tensor.subarray(plane * 160 + y * 16 + 10, plane * 160 + y * 16 + 16)]).toEqual([0, 0, 0, 0, 0, 0])
    }
  })

  it('goes on with the border where the box leaves the picture', () => {
    const { red, green } = crop(slope(40, 30), [[-20, -10], [60, -10], [60, 40], [-20, 40]], 80, 50)
    expect(red(0, 25)).toBeCloseTo(0, 3)
    expect(red(79, 25)).toBeCloseTo(39, 3)
    expect(green(40, 49)).toBeCloseTo(29, 3)
  })

  it('of a single pixel is that pixel', () => {
    const { red } = crop({ pixels: Uint8Array.of(200, 100, 50), width: 1, height: 1 }, [[0, 0], [1, 0], [1, 1], [0, 1]], 16, 48)
    expect(red(8, 20)).toBeCloseTo(200, 3)
  })

  it('averages what it shrinks, so that stripes become their mean', () => {
    const pixels = Uint8Array.from({ length: 160 * 160 * 3 }, (_, i) => Math.floor(i / 3) % 2 ? 255 : 0)
    const { red } = crop({ pixels, width: 160, height: 160 }, [[0, 0], [160, 0], [160, 160], [0, 160]], 20, 20)
    expect(Math.abs(red(10, 10) - 127.5)).toBeLessThan(2)
  })
})

describe('the resampling kernel', () => {
  it('weighs every phase to 1, and phase 0 passes the pixel itself', () => {
    for (const scale of [0.3, 1, 1.7, 5]) {
      const { taps, weights } = cubicTable(scale)
      for (let phase = 0; phase < phases; phase++)
        expect(weights.subarray(phase * taps, (phase + 1) * taps).reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    }
    expect([...cubicTable(1).weights.subarray(0, 4)].map(weight => weight + 0)).toEqual([0, 1, 0, 0])
  })
})
