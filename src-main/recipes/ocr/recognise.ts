import type { InferenceSession } from 'onnxruntime-node'
import type { Alphabet, Reading } from './ctc'
import type { Quad } from './geometry'
import type { Picture } from './picture'
import type { Scratch } from './scratch'
import { planBatches } from './batches'
import { cropInto } from './crop'
import { decodeCtc } from './ctc'
import { heightOf, widthOf } from './geometry'
import { runModel } from './models'

/** The recogniser's input height (PP-OCRv4's `rec_image_shape` is 3, 48, 320). */
const lineHeight = 48

/**
 * Lines are squeezed to this share of their width: a tenth less to compute, and as well read. At 0.85 the first words
 * run together.
 */
const squeeze = 0.9

/** The narrowest and the widest line, in pixels at that height: 8 pixels make one step, and 4096 hold some 250 characters. */
const widthLimits = { min: 16, max: 4096 }

/** Width of a line at the recogniser's height, in pixels. */
export function lineWidth(quad: Quad): number {
  const width = Math.ceil(squeeze * lineHeight * widthOf(quad) / Math.max(1, heightOf(quad)))
  return Math.min(widthLimits.max, Math.max(widthLimits.min, width))
}

/**
 * Reads each quad of the picture as one line of text.
 *
 * @returns readings in the order of the quads.
 */
export async function recognise(session: InferenceSession, alphabet: Alphabet, picture: Picture, quads: readonly Quad[], scratch: Scratch): Promise<Reading[]> {
  const widths = quads.map(lineWidth)
  const readings: Reading[] = Array.from({ length: quads.length })
  for (const { members, width } of planBatches(widths)) {
    const item = 3 * lineHeight * width
    const tensor = scratch.take(members.length * item)
    members.forEach((line, i) =>
      cropInto(picture, quads[line], { tensor, offset: i * item, width: widths[line], height: lineHeight, rowLength: width }))
    const { data, dims: [, steps, classes] } = await runModel(session, tensor, [members.length, 3, lineHeight, width])
    members.forEach((line, i) => {
      readings[line] = decodeCtc(data.subarray(i * steps * classes, (i + 1) * steps * classes), classes, alphabet)
    })
  }
  return readings
}
