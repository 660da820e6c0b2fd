import type { Quad } from './geometry'
import { heightOf, turn, widthOf } from './geometry'

/** A line of text is longer than it is high: from this ratio on a box says by itself which way it runs (as in PaddleOCR). */
const elongated = 1.5

/** A box that goes against the others must be this elongated: a lone `1` or `I` in a column of figures is also upright. */
const clearlyElongated = 3

/** From this ratio of width to height on, a line is long enough to tell which way up it is. */
const telling = 3

/** How many lines are asked for the direction of the whole picture. */
const voters = 5

/** The classifier's answer counts from this probability on (PaddleOCR's `cls_thresh`). */
const sureProbability = 0.9

/** Whether most of the text, by length, runs up or down the picture. */
export function mostlyVertical(boxes: readonly Quad[]): boolean {
  const length = (wanted: (ratio: number) => boolean) =>
    boxes.filter(box => wanted(ratioOf(box))).reduce((total, box) => total + Math.max(widthOf(box), heightOf(box)), 0)
  return length(ratio => ratio < 1 / elongated) > length(ratio => ratio > elongated)
}

/**
 * Lets each box start at the corner where its text starts, give or take half a turn: along the longer side, or, for
 * boxes that are nearly square, along the direction most text of the picture has.
 *
 * @param boxes corners from the top-left of the picture's point of view.
 */
export function alongText(boxes: readonly Quad[]): Quad[] {
  const most = mostlyVertical(boxes) ? clearlyElongated : 1 / clearlyElongated
  return boxes.map(box => ratioOf(box) < most ? turn(box, 1) : box)
}

function ratioOf(box: Quad): number {
  return widthOf(box) / Math.max(1e-6, heightOf(box))
}

/** Positions of the lines that vote on the direction of the whole picture: the longest ones. */
export function chooseVoters(boxes: readonly Quad[]): number[] {
  return boxes.map((_, i) => i).sort((a, b) => widthOf(boxes[b]) - widthOf(boxes[a])).slice(0, voters)
}

/**
 * Which lines stand on their heads where the picture is mixed. Each is taken at its own word if it is long enough to
 * tell and the classifier is sure; the others go with the most text. A lone 6 looks right either way up.
 */
export function turnedLines(boxes: readonly Quad[], probabilities: readonly number[]): boolean[] {
  const votes = boxes.map((box, i) => widthOf(box) * (probabilities[i] - 0.5))
  const most = votes.reduce((a, b) => a + b, 0) > 0
  return boxes.map((box, i) => {
    const sure = Math.abs(probabilities[i] - 0.5) >= sureProbability - 0.5
    return sure && ratioOf(box) >= telling ? probabilities[i] > 0.5 : most
  })
}

/**
 * What the voters say: all upright, all on their heads, or a mixture that needs each line asked. Pictures are upright
 * unless a voter is sure of the contrary; what is wrong with that shows in poor readings, which get a second look.
 */
export function verdict(probabilities: readonly number[]): 'upright' | 'turned' | 'mixed' {
  const turned = probabilities.filter(p => p > sureProbability).length
  const upright = probabilities.filter(p => p < 1 - sureProbability).length
  if (turned === 0)
    return 'upright'
  return upright === 0 && turned * 2 >= probabilities.length ? 'turned' : 'mixed'
}
