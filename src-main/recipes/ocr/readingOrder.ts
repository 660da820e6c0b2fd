import type { LevelLine } from './columns'
import type { Point, Quad } from './geometry'
import { splitColumns } from './columns'
import { heightOf, widthOf } from './geometry'

/** Lines are on one row when their middles are closer than this share of the lower one's height. */
const sameRow = 0.5

/**
 * Positions of the lines in the order a person reads them: rows from top to bottom, each from left to right, as
 * their text is turned; columns of running text one after the other.
 */
export function readingOrder(quads: readonly Quad[]): number[] {
  return splitColumns(rowsOf(level(quads))).flat().map(line => line.index)
}

/** The places of the lines in a frame whose x axis is the direction most of the text runs in. */
export function level(quads: readonly Quad[]): LevelLine[] {
  const angle = textAngle(quads)
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  return quads.map((quad, index) => {
    const xs = quad.map(([x, y]) => x * cos + y * sin)
    const [cx, cy] = centre(quad)
    return { index, left: Math.min(...xs), right: Math.max(...xs), y: cy * cos - cx * sin, height: heightOf(quad) }
  })
}

/** Direction of the text in radians, 0 for level text: the sum of the lines' own directions, long lines counting more. */
export function textAngle(quads: readonly Quad[]): number {
  let x = 0
  let y = 0
  for (const quad of quads) {
    const weight = widthOf(quad)
    x += (quad[1][0] - quad[0][0]) * weight
    y += (quad[1][1] - quad[0][1]) * weight
  }
  return Math.atan2(y, x)
}

function centre(quad: Quad): Point {
  return [(quad[0][0] + quad[2][0]) / 2, (quad[0][1] + quad[2][1]) / 2]
}

/** Groups lines into rows, from top to bottom, each from left to right. */
function rowsOf(lines: readonly LevelLine[]): LevelLine[][] {
  const rows: LevelLine[][] = []
  for (const line of [...lines].sort((a, b) => a.y - b.y)) {
    const row = rows.at(-1)
    if (row && row.every(other => Math.abs(other.y - line.y) < sameRow * Math.min(other.height, line.height)))
      row.push(line)
    else
      rows.push([line])
  }
  return rows.map(row => row.sort((a, b) => a.left - b.left))
}
