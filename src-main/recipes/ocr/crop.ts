import type { Quad } from './geometry'
import type { KernelTable } from './kernel'
import type { Picture } from './picture'
import { cubicTable, phases } from './kernel'

/** Where a crop goes: one item of a tensor of items x 3 x height x rowLength floats. */
interface CropTarget {
  readonly tensor: Float32Array
  /** First float of the item. */
  readonly offset: number
  /** Pixels of the crop; the rest of each row, up to `rowLength`, is set to 0. */
  readonly width: number
  readonly height: number
  readonly rowLength: number
}

/**
 * Straightens a rectangle of the picture into the target, as planes B, G, R of (value / 255 - 0.5) / 0.5, which is
 * what PP-OCR's recogniser and classifier expect. Outside the picture its border goes on.
 *
 * The resampling is cubic and in two passes (Catmull & Smith, 1980): first across the text, for each picture column it
 * touches, then along it. That needs half the work of sampling each pixel from its surroundings, at any angle.
 */
export function cropInto(picture: Picture, quad: Quad, target: CropTarget): void {
  const view = viewOf(picture, quad, target)
  const columns = sampleAcross(picture, view, target.height)
  sampleAlong(columns, view, target)
}

/**
 * The affine map from the target to the picture. `u` is the picture's axis nearest the direction of the text, `v` the
 * other; positions are pixel indices. Target pixel (x, y) lies at u = u0 + x * ux + y * uy, v = v0 + x * vx + y * vy.
 */
interface View {
  readonly u0: number
  readonly ux: number
  readonly uy: number
  readonly v0: number
  readonly vx: number
  readonly vy: number
  readonly vLength: number
  /** Bytes from one pixel to the next along each axis. */
  readonly uStride: number
  readonly vStride: number
  /** The range of u that the target needs, within the picture. */
  readonly first: number
  readonly last: number
  /** Kernel along u. */
  readonly along: KernelTable
}

function viewOf({ width, height }: Picture, quad: Quad, target: CropTarget): View {
  const [origin, right, , down] = quad
  const x = [(right[0] - origin[0]) / target.width, (right[1] - origin[1]) / target.width]
  const y = [(down[0] - origin[0]) / target.height, (down[1] - origin[1]) / target.height]
  const u = Math.abs(x[0]) >= Math.abs(x[1]) ? 0 : 1
  const v = 1 - u
  const lengths = [width, height]
  const strides = [3, 3 * width]
  const start = (axis: number) => origin[axis] + (x[axis] + y[axis]) / 2 - 0.5
  const along = cubicTable(Math.abs(x[u]))
  const ends = [0, target.width - 1].flatMap(i => [0, target.height - 1].map(j => start(u) + i * x[u] + j * y[u]))
  const within = (position: number) => Math.min(lengths[u] - 1, Math.max(0, position))
  return {
    u0: start(u),
    ux: x[u],
    uy: y[u],
    v0: start(v),
    vx: x[v],
    vy: y[v],
    vLength: lengths[v],
    uStride: strides[u],
    vStride: strides[v],
    first: within(Math.floor(Math.min(...ends)) - along.before),
    last: within(Math.floor(Math.max(...ends)) + along.taps),
    along,
  }
}

/** First pass: RGB of each target row at each picture column from `first` to `last`; rows x columns x 3 floats. */
function sampleAcross({ pixels }: Picture, view: View, rows: number): Float32Array {
  const { u0, ux, uy, v0, vx, vy, vLength, uStride, vStride, first, last } = view
  const slope = vx / ux
  const { taps, before, weights } = cubicTable(Math.abs(vy - uy * slope))
  const columns = new Float32Array(rows * (last - first + 1) * 3)
  const end = vLength - 1
  for (let y = 0, at = 0; y < rows; y++) {
    for (let u = first; u <= last; u++, at += 3) {
      const v = v0 + y * vy + (u - u0 - y * uy) * slope
      const floor = Math.floor(v)
      let weight = ((v - floor) * phases | 0) * taps
      let r = 0
      let g = 0
      let b = 0
      const from = floor - before
      for (let i = from; i < from + taps; i++) {
        const p = u * uStride + (i < 0 ? 0 : i > end ? end : i) * vStride
        const w = weights[weight++]
        r += w * pixels[p]
        g += w * pixels[p + 1]
        b += w * pixels[p + 2]
      }
      columns[at] = r
      columns[at + 1] = g
      columns[at + 2] = b
    }
  }
  return columns
}

/** Second pass: along each row, into the planes of the target. */
function sampleAlong(columns: Float32Array, view: View, { tensor, offset, width, height, rowLength }: CropTarget): void {
  const { u0, ux, uy, first, last, along: { taps, before, weights } } = view
  const length = last - first + 1
  const plane = height * rowLength
  for (let y = 0; y < height; y++) {
    const row = offset + y * rowLength
    const source = y * length * 3
    for (let x = 0; x < width; x++) {
      const u = u0 + x * ux + y * uy - first
      const floor = Math.floor(u)
      let weight = ((u - floor) * phases | 0) * taps
      let r = 0
      let g = 0
      let b = 0
      const from = floor - before
      for (let i = from; i < from + taps; i++) {
        const p = source + (i < 0 ? 0 : i >= length ? length - 1 : i) * 3
        const w = weights[weight++]
        r += w * columns[p]
        g += w * columns[p + 1]
        b += w * columns[p + 2]
      }
      tensor[row + x] = b / 127.5 - 1
      tensor[plane + row + x] = g / 127.5 - 1
      tensor[2 * plane + row + x] = r / 127.5 - 1
    }
    for (let x = width; x < rowLength; x++)
      tensor[row + x] = tensor[plane + row + x] = tensor[2 * plane + row + x] = 0
  }
}
