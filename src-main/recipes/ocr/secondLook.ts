import type { Reading } from './ctc'
import type { Quad } from './geometry'
import { heightOf, turn, widthOf } from './geometry'

/** A line as it was cut and what was read from it. */
export interface ReadLine {
  readonly quad: Quad
  readonly reading: Reading
}

/** Below this score a line may have been cut the wrong way round. */
const doubtful = 0.8

/** Another way of cutting must be better by this much to be believed. */
const margin = 0.05

/** Boxes closer to a square than this may have been cut sideways. */
const nearlySquare = 3

/**
 * Other ways to cut the lines whose reading is doubtful: the other way up and, where the box does not settle it,
 * sideways. This is what lets the angle classifier be asked for a few lines of a picture only.
 */
export function otherCuts(lines: readonly ReadLine[]): { line: number, quad: Quad }[] {
  return lines.flatMap(({ quad, reading }, line) =>
    reading.score >= doubtful ? [] : turnsOf(quad).map(quarters => ({ line, quad: turn(quad, quarters) })))
}

function turnsOf(quad: Quad): number[] {
  const ratio = widthOf(quad) / Math.max(1e-6, heightOf(quad))
  return ratio < nearlySquare && ratio > 1 / nearlySquare ? [1, 2, 3] : [2]
}

/** The lines, with those readings replaced for which another cut did clearly better. */
export function keepBetter(lines: readonly ReadLine[], cuts: readonly { line: number, quad: Quad }[], readings: readonly Reading[]): ReadLine[] {
  const best = [...lines]
  cuts.forEach(({ line, quad }, i) => {
    const needed = best[line] === lines[line] ? lines[line].reading.score + margin : best[line].reading.score
    if (readings[i].score > needed)
      best[line] = { quad, reading: readings[i] }
  })
  return best
}
