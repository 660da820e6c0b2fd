import type { Point } from './results'

/** How text must be set to lie in a box: its left end on the baseline, its angle in degrees, its length and height. */
export interface Setting {
  readonly x: number
  readonly y: number
  readonly degrees: number
  readonly length: number
  readonly height: number
}

/** Where the baseline lies in a line's box, from its top edge. */
const baseline = 0.78

/** From the four corners, clockwise from the top left of the text as it is read. Null for a box with fewer. */
export function settingOf(box: readonly Point[]): Setting | null {
  if (box.length < 4)
    return null
  const [topLeft, topRight, , bottomLeft] = box
  return {
    x: topLeft[0] + (bottomLeft[0] - topLeft[0]) * baseline,
    y: topLeft[1] + (bottomLeft[1] - topLeft[1]) * baseline,
    degrees: Math.atan2(topRight[1] - topLeft[1], topRight[0] - topLeft[0]) * 180 / Math.PI,
    length: distance(topLeft, topRight),
    height: distance(topLeft, bottomLeft),
  }
}

/** Smallest picture that holds all boxes, for one whose file the window cannot show. */
export function extentOf(boxes: readonly (readonly Point[])[]): { readonly width: number, readonly height: number } {
  const points = boxes.flat()
  return { width: Math.ceil(Math.max(1, ...points.map(([x]) => x))), height: Math.ceil(Math.max(1, ...points.map(([, y]) => y))) }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1])
}
