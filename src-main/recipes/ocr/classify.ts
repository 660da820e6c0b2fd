import type { InferenceSession } from 'onnxruntime-node'
import type { Quad } from './geometry'
import type { Picture } from './picture'
import type { Scratch } from './scratch'
import { cropInto } from './crop'
import { runModel } from './models'
import { lineWidth } from './recognise'

/** The classifier's input (PP-OCR's `cls_image_shape` is 3, 48, 192). Longer lines are squeezed into it. */
const input = { width: 192, height: 48 }

const batchLines = 8

/** For each quad the probability, 0 to 1, that its text stands on its head. */
export async function upsideDown(session: InferenceSession, picture: Picture, quads: readonly Quad[], scratch: Scratch): Promise<number[]> {
  const probabilities: number[] = []
  for (let from = 0; from < quads.length; from += batchLines) {
    const batch = quads.slice(from, from + batchLines)
    const item = 3 * input.height * input.width
    const tensor = scratch.take(batch.length * item)
    batch.forEach((quad, i) =>
      cropInto(picture, quad, { tensor, offset: i * item, width: Math.min(input.width, lineWidth(quad)), height: input.height, rowLength: input.width }))
    const { data } = await runModel(session, tensor, [batch.length, 3, input.height, input.width])
    batch.forEach((_, i) => probabilities.push(data[2 * i + 1]))
  }
  return probabilities
}
