/** A point in pixels: x to the right, y down. */
export type Point = readonly [x: number, y: number]

/** Four corners, clockwise on screen, from the top-left of the text as a reader sees it. */
export type Quad = readonly [Point, Point, Point, Point]

/** A rotated rectangle. `angle` is that of the width axis, in radians, within [-pi/4, pi/4). */
export interface RotatedRect {
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
  readonly angle: number
}

/** The convex hull by Andrew's monotone chain, without the points that lie on its sides. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  if (sorted.length < 3)
    return sorted
  const lower = chain(sorted)
  const upper = chain(sorted.reverse())
  return [...lower.slice(0, -1), ...upper.slice(0, -1)]
}

function chain(sorted: readonly Point[]): Point[] {
  const hull: Point[] = []
  for (const point of sorted) {
    while (hull.length > 1 && cross(hull[hull.length - 2], hull[hull.length - 1], point) <= 0)
      hull.pop()
    hull.push(point)
  }
  return hull
}

function cross(o: Point, a: Point, b: Point): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
}

/**
 * The rectangle of least area around the points. One of its sides lies along a side of the hull
 * (Freeman & Shapira, 1975), so each side is tried; hulls here have some tens of points.
 */
export function minAreaRect(points: readonly Point[]): RotatedRect {
  const hull = convexHull(points)
  let best = boundsAlong(hull, 0)
  for (let i = 0; i < hull.length; i++) {
    const [ax, ay] = hull[i]
    const [bx, by] = hull[(i + 1) % hull.length]
    if (ax === bx && ay === by)
      continue
    const rect = boundsAlong(hull, quarterTurnFree(Math.atan2(by - ay, bx - ax)))
    if (rect.width * rect.height < best.width * best.height)
      best = rect
  }
  return best
}

/** The tightest rectangle around the points whose width axis has this angle. */
export function boundsAlong(points: readonly Point[], angle: number): RotatedRect {
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  let minU = Infinity
  let maxU = -Infinity
  let minV = Infinity
  let maxV = -Infinity
  for (const [x, y] of points) {
    const u = x * cos + y * sin
    const v = y * cos - x * sin
    minU = Math.min(minU, u)
    maxU = Math.max(maxU, u)
    minV = Math.min(minV, v)
    maxV = Math.max(maxV, v)
  }
  const u = (minU + maxU) / 2
  const v = (minV + maxV) / 2
  return { cx: u * cos - v * sin, cy: u * sin + v * cos, width: maxU - minU, height: maxV - minV, angle }
}

/** A rectangle looks the same after a quarter turn: brings the angle into [-pi/4, pi/4). */
function quarterTurnFree(angle: number): number {
  const quarter = Math.PI / 2
  return angle - quarter * Math.floor(angle / quarter + 0.5)
}

/** Moves every side outward by `distance` pixels. */
export function expand(rect: RotatedRect, distance: number): RotatedRect {
  return { ...rect, width: rect.width + 2 * distance, height: rect.height + 2 * distance }
}

/** The corners from the top-left one on, as if the text ran along the width axis. */
export function corners({ cx, cy, width, height, angle }: RotatedRect): Quad {
  const [ux, uy] = [Math.cos(angle) * width / 2, Math.sin(angle) * width / 2]
  const [vx, vy] = [-Math.sin(angle) * height / 2, Math.cos(angle) * height / 2]
  return [[cx - ux - vx, cy - uy - vy], [cx + ux - vx, cy + uy - vy], [cx + ux + vx, cy + uy + vy], [cx - ux + vx, cy - uy + vy]]
}

/** Starts the corners `quarters` further on: how the same place looks to text turned clockwise by that many quarters. */
export function turn(quad: Quad, quarters: number): Quad {
  const at = (i: number) => quad[(i + quarters) & 3]
  return [at(0), at(1), at(2), at(3)]
}

/** Length of the side along which the text runs, in pixels. */
export function widthOf(quad: Quad): number {
  return Math.hypot(quad[1][0] - quad[0][0], quad[1][1] - quad[0][1])
}

/** Height of the text line, in pixels. */
export function heightOf(quad: Quad): number {
  return Math.hypot(quad[3][0] - quad[0][0], quad[3][1] - quad[0][1])
}

/** Scales x and y, as a box moves from the detector's picture to the original one. */
export function scaleQuad(quad: Quad, sx: number, sy: number): Quad {
  const at = ([x, y]: Point): Point => [x * sx, y * sy]
  return [at(quad[0]), at(quad[1]), at(quad[2]), at(quad[3])]
}
