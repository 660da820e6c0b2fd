import type { InferenceSession } from 'onnxruntime-node'
import type { Quad } from './geometry'
import type { Picture } from './picture'
import type { Scratch } from './scratch'
import { findBoxes } from './boxes'
import { runModel } from './models'

/**
 * The detector first sees at most this many pixels. An area rather than PaddleOCR's limit on the longest side (960): a
 * very wide or tall picture keeps its resolution, and a page costs the same either way.
 */
const maxDetectorPixels = 700_000

/** The detector halves its input five times. */
const sideStep = 32

/** The size at which the detector looks at a picture at first. */
export function detectorSize(width: number, height: number): { width: number, height: number } {
  return sizeAt(width, height, Math.min(1, Math.sqrt(maxDetectorPixels / (width * height))))
}

/** The size nearest a scale that the detector accepts: multiples of 32. */
export function sizeAt(width: number, height: number, scale: number): { width: number, height: number } {
  const side = (length: number) => Math.max(sideStep, Math.round(length * scale / sideStep) * sideStep)
  return { width: side(width), height: side(height) }
}

/** PP-OCR reads pictures in the order B, G, R and applies ImageNet's means and deviations, given for R, G, B, in that order. */
const means = [0.485, 0.456, 0.406]
const deviations = [0.229, 0.224, 0.225]
const levels = means.map((mean, c) => Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / deviations[c]))

/** Fills `tensor` (3 x height x width: B, G, R) with the normalised picture. */
function fillDetectorTensor({ pixels }: Picture, tensor: Float32Array): void {
  const [blues, greens, reds] = levels
  const plane = pixels.length / 3
  for (let i = 0, p = 0; i < plane; i++, p += 3) {
    tensor[i] = blues[pixels[p + 2]]
    tensor[plane + i] = greens[pixels[p + 1]]
    tensor[2 * plane + i] = reds[pixels[p]]
  }
}

/** Text boxes in pixels of the given picture, whose sides must be multiples of 32. */
export async function detect(session: InferenceSession, picture: Picture, scratch: Scratch): Promise<Quad[]> {
  const { width, height } = picture
  const tensor = scratch.take(3 * width * height)
  fillDetectorTensor(picture, tensor)
  const map = await runModel(session, tensor, [1, 3, height, width])
  return findBoxes(map.data, width, height)
}
