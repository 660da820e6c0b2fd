import type { Quad, RotatedRect } from './geometry'
import { componentOutlines } from './components'
import { corners, expand, minAreaRect } from './geometry'

/**
 * How the detector's map becomes boxes: PaddleOCR's `DBPostProcess` for PP-OCRv4 has `thresh` 0.3, `box_thresh` 0.6,
 * `unclip_ratio` 1.5, `max_candidates` 1000 and `min_size` 3. Two differ: on printed pages boxes score from 0.69, while
 * shapes of drawings reach 0.61; and with a little more air around them the recogniser finds more of the spaces.
 */
export const boxRules = {
  pixelThreshold: 0.3,
  boxThreshold: 0.65,
  unclipRatio: 1.6,
  maxBoxes: 1000,
  minSide: 3,
} as const

/**
 * Finds text boxes in the map of a differentiable-binarisation detector.
 *
 * The detector is trained on text areas shrunk by the offset A * r / L (Liao et al., 2020); growing a
 * rectangle by the same formula undoes it.
 *
 * @param map text probability of each pixel, row by row, width x height.
 * @returns corners in pixels of the map, grown back to the full text, from the top-left corner on.
 */
export function findBoxes(map: Float32Array, width: number, height: number, rules: typeof boxRules = boxRules): Quad[] {
  const boxes: Quad[] = []
  for (const outline of componentOutlines(map, width, height, rules.pixelThreshold).slice(0, rules.maxBoxes)) {
    const core = coreRect(outline)
    if (Math.min(core.width, core.height) < rules.minSide || meanWithin(map, width, height, core) < rules.boxThreshold)
      continue
    const distance = core.width * core.height * rules.unclipRatio / (2 * (core.width + core.height))
    boxes.push(corners(expand(core, distance)))
  }
  return boxes
}

/** The outline holds pixel positions; pixels reach half a pixel further, and their centres lie at +0.5. */
function coreRect(outline: Parameters<typeof minAreaRect>[0]): RotatedRect {
  const rect = expand(minAreaRect(outline), 0.5)
  return { ...rect, cx: rect.cx + 0.5, cy: rect.cy + 0.5 }
}

/** Mean of the map over the pixels whose centres lie in the rectangle; 0 where there are none. */
export function meanWithin(map: Float32Array, width: number, height: number, rect: RotatedRect): number {
  const quad = corners(rect)
  const ys = quad.map(([, y]) => y)
  const top = Math.max(0, Math.floor(Math.min(...ys)))
  const bottom = Math.min(height, Math.ceil(Math.max(...ys)))
  let sum = 0
  let count = 0
  for (let y = top; y < bottom; y++) {
    const [left, right] = crossing(quad, y + 0.5)
    const from = Math.max(0, Math.ceil(left - 0.5))
    const to = Math.min(width - 1, Math.floor(right - 0.5))
    for (let x = from; x <= to; x++)
      sum += map[y * width + x]
    count += Math.max(0, to - from + 1)
  }
  return count === 0 ? 0 : sum / count
}

/** Where the horizontal line at `y` enters and leaves a convex quad; an empty range where it passes by. */
function crossing(quad: Quad, y: number): [number, number] {
  let left = Infinity
  let right = -Infinity
  for (let i = 0; i < 4; i++) {
    const [ax, ay] = quad[i]
    const [bx, by] = quad[(i + 1) & 3]
    if ((ay <= y) === (by <= y))
      continue
    const x = ax + (y - ay) * (bx - ax) / (by - ay)
    left = Math.min(left, x)
    right = Math.max(right, x)
  }
  return [left, right]
}
