import type { Point, Quad } from './geometry'

/** A decoded picture: 8-bit RGB, interleaved, row by row, without padding. */
export interface Picture {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}

/** The picture turned by a quarter, clockwise. */
export function quarterTurned({ pixels, width, height }: Picture): Picture {
  const turned = new Uint8Array(pixels.length)
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) {
      const to = (x * height + height - 1 - y) * 3
      turned[to] = pixels[from]
      turned[to + 1] = pixels[from + 1]
      turned[to + 2] = pixels[from + 2]
    }
  }
  return { pixels: turned, width: height, height: width }
}

/** Brings places of the turned picture back to the original, whose height is given. */
export function quarterTurnedBack(quad: Quad, height: number): Quad {
  const at = ([x, y]: Point): Point => [y, height - x]
  return [at(quad[0]), at(quad[1]), at(quad[2]), at(quad[3])]
}
