import type { Quad } from './geometry'
import type { Picture } from './picture'

/** Where a crop goes: one item of a tensor of items x 3 x height x rowLength floats. */
export interface CropTarget {
  readonly tensor: Float32Array
  /** First float of the item. */
  readonly offset: number
  /** Pixels of the crop; the rest of each row, up to `rowLength`, is set to 0. */
  readonly width: number
  readonly height: number
  readonly rowLength: number
}

/** The recogniser and the classifier expect (value / 255 - 0.5) / 0.5. */
const toUnit = 1 / 127.5

/**
 * Straightens the quad of the picture into the target, as planes B, G, R within -1..1.
 *
 * Samples are bilinear; where the picture is larger than the target, several are averaged for each pixel so that
 * thin strokes do not fall between them. Outside the picture its border goes on.
 */
export function cropInto(picture: Picture, quad: Quad, target: CropTarget): void {
  const { tensor, offset, width, height, rowLength } = target
  const plane = height * rowLength
  const [[originX, originY], right, , down] = quad
  const across: Step = [(right[0] - originX) / width, (right[1] - originY) / width]
  const along: Step = [(down[0] - originX) / height, (down[1] - originY) / height]
  const taps = samplePoints(across, along)
  const sum = new Float64Array(3)
  const scale = toUnit / taps.length
  for (let y = 0; y < height; y++) {
    const row = offset + y * rowLength
    for (let x = 0; x < width; x++) {
      sum.fill(0)
      for (const [dx, dy] of taps)
        addSample(picture, originX + x * across[0] + y * along[0] + dx, originY + x * across[1] + y * along[1] + dy, sum)
      tensor[row + x] = sum[2] * scale - 1
      tensor[plane + row + x] = sum[1] * scale - 1
      tensor[2 * plane + row + x] = sum[0] * scale - 1
    }
    for (let x = width; x < rowLength; x++)
      tensor[row + x] = tensor[plane + row + x] = tensor[2 * plane + row + x] = 0
  }
}

type Step = readonly [dx: number, dy: number]

/** Offsets, in picture pixels, of the samples that make up one target pixel; one at its centre where nothing shrinks. */
function samplePoints(across: Step, along: Step): Step[] {
  const columns = Math.max(1, Math.round(Math.hypot(...across)))
  const rows = Math.max(1, Math.round(Math.hypot(...along)))
  const points: Step[] = []
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const [u, v] = [(i + 0.5) / columns, (j + 0.5) / rows]
      points.push([u * across[0] + v * along[0] - 0.5, u * across[1] + v * along[1] - 0.5])
    }
  }
  return points
}

function addSample({ pixels, width, height }: Picture, x: number, y: number, sum: Float64Array): void {
  const cx = x < 0 ? 0 : x > width - 1 ? width - 1 : x
  const cy = y < 0 ? 0 : y > height - 1 ? height - 1 : y
  const left = cx | 0
  const top = cy | 0
  const fx = cx - left
  const fy = cy - top
  const p = (top * width + left) * 3
  const nextX = left + 1 < width ? 3 : 0
  const nextY = top + 1 < height ? width * 3 : 0
  const topLeft = (1 - fx) * (1 - fy)
  const topRight = fx * (1 - fy)
  const bottomLeft = (1 - fx) * fy
  const bottomRight = fx * fy
  for (let c = 0; c < 3; c++) {
    const q = p + c
    sum[c] += pixels[q] * topLeft + pixels[q + nextX] * topRight + pixels[q + nextY] * bottomLeft + pixels[q + nextX + nextY] * bottomRight
  }
}
