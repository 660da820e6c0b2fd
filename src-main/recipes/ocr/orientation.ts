import type { Quad } from './geometry'
import { heightOf, turn, widthOf } from './geometry'

/** A line of text is longer than it is high: from this ratio on a box says by itself which way it runs (as in PaddleOCR). */
const elongated = 1.5

/** A box that goes against the others must be this elongated: a lone `1` or `I` in a column of figures is also upright. */
const clearlyElongated = 3

/** How many lines are asked for the direction of the whole picture. */
const voters = 8

/** The classifier's answer counts from this probability on (PaddleOCR's `cls_thresh`). */
export const sureProbability = 0.9

/**
 * Lets each box start at the corner where its text starts, give or take half a turn: along the longer side, or, for
 * boxes that are nearly square, along the direction most text of the picture has.
 *
 * @param boxes corners from the top-left of the picture's point of view.
 */
export function alongText(boxes: readonly Quad[]): Quad[] {
  const sum = (wanted: (ratio: number) => boolean) =>
    boxes.filter(box => wanted(ratioOf(box))).reduce((total, box) => total + Math.max(widthOf(box), heightOf(box)), 0)
  const mostlyVertical = sum(ratio => ratio < 1 / elongated) > sum(ratio => ratio > elongated)
  return boxes.map((box) => {
    const ratio = ratioOf(box)
    const vertical = mostlyVertical ? ratio < clearlyElongated : ratio < 1 / clearlyElongated
    return vertical ? turn(box, 1) : box
  })
}

function ratioOf(box: Quad): number {
  return widthOf(box) / Math.max(1e-6, heightOf(box))
}

/** Positions of the lines that vote on the direction of the whole picture: the longest ones. */
export function chooseVoters(boxes: readonly Quad[]): number[] {
  return boxes.map((_, i) => i).sort((a, b) => widthOf(boxes[b]) - widthOf(boxes[a])).slice(0, voters)
}

/** What the voters say: all upright, all on their heads, or a mixture that needs each line asked. */
export function verdict(probabilities: readonly number[]): 'upright' | 'turned' | 'mixed' {
  if (probabilities.every(p => p < 1 - sureProbability))
    return 'upright'
  if (probabilities.every(p => p > sureProbability))
    return 'turned'
  return 'mixed'
}
