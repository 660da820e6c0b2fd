import type { Quad } from './geometry'
import { heightOf, widthOf } from './geometry'

/** Pixels of the detector's input: how high lines are that it may have overlooked others of, and how high they should be. */
const lineHeights = { tooSmall: 14, wanted: 20 }

/** The second look takes at most this many pixels: a screen of 1920 x 1080 as it is. */
const maxPixels = 2_100_000

/** Where nothing was found at a scale below this, print may have been too fine to be seen at all. */
const blindScale = 0.5

/**
 * At which scale of the picture the detector should look again, or null if what it saw was large enough. The quarter of
 * smallest lines decides: a headline does not speak for the small print.
 *
 * @param found boxes in pixels of the detector's input.
 * @param scale of that input to the picture, at most 1.
 */
export function closerScale(found: readonly Quad[], scale: number, picture: { readonly width: number, readonly height: number }): number | null {
  const largest = Math.min(1, Math.sqrt(maxPixels / (picture.width * picture.height)))
  const wanted = found.length === 0 ? blindTo(scale) : scale * zoomFor(found)
  const closer = Math.min(largest, wanted)
  return closer > scale * 1.1 ? closer : null
}

function blindTo(scale: number): number {
  return scale < blindScale ? 1 : scale
}

function zoomFor(found: readonly Quad[]): number {
  const heights = found.map(quad => Math.min(widthOf(quad), heightOf(quad))).sort((a, b) => a - b)
  const small = heights[heights.length >> 2]
  return small < lineHeights.tooSmall ? lineHeights.wanted / small : 1
}
