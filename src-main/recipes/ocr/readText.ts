import type { Point, Quad } from './geometry'
import type { OcrModels } from './open'
import type { Picture } from './picture'
import type { DecodedPicture } from './readPicture'
import type { Scratch } from './scratch'
import type { ReadLine } from './secondLook'
import { upsideDown } from './classify'
import { closerScale } from './closerLook'
import { detect, sizeAt } from './detect'
import { scaleQuad, turn } from './geometry'
import { alongText, chooseVoters, mostlyVertical, turnedLines, verdict } from './orientation'
import { quarterTurned, quarterTurnedBack } from './picture'
import { readingOrder } from './readingOrder'
import { recognise } from './recognise'
import { resize } from './resize'
import { keepBetter, otherCuts } from './secondLook'

/** The text of one picture, in reading order. A picture without text has no lines. */
export interface OcrResult {
  readonly lines: readonly OcrLine[]
}

export interface OcrLine {
  readonly text: string
  /** Mean probability of the characters, 0 to 1. */
  readonly score: number
  /** Corners in pixels of the original picture, clockwise from the top-left of the text as it is read. */
  readonly box: Quad
}

/** Lines below this score are no text (PaddleOCR's `drop_score`). */
const dropScore = 0.5

/** Runs all models on one picture. */
export async function readText(models: OcrModels, decoded: DecodedPicture, scratch: Scratch): Promise<OcrResult> {
  const found = await findLines(models, decoded, scratch)
  const upright = await turnUpright(models, decoded, found, scratch)
  const lines = (await readLines(models, decoded, upright, scratch))
    .filter(({ reading }) => reading.text !== '' && reading.score >= dropScore)
  return { lines: readingOrder(lines.map(line => line.quad)).map(i => toOcrLine(lines[i], decoded)) }
}

/** Boxes along their text, give or take half a turn, in pixels of the picture. Small print gets a second, closer look. */
async function findLines({ detector }: OcrModels, { picture, small }: DecodedPicture, scratch: Scratch): Promise<Quad[]> {
  const first = await detect(detector, small, scratch)
  const scale = closerScale(first, small.width / picture.width, picture)
  const seen = scale === null ? small : await resize(picture, sizeAt(picture.width, picture.height, scale))
  const found = scale === null ? first : await detect(detector, seen, scratch)
  const along = mostlyVertical(found) ? await findTurned(detector, seen, scratch) : alongText(found)
  return along.map(quad => scaleQuad(quad, picture.width / seen.width, picture.height / seen.height))
}

/** The detector overlooks lines that run up or down, so it is asked again with the picture turned. */
async function findTurned(detector: OcrModels['detector'], seen: Picture, scratch: Scratch): Promise<Quad[]> {
  const found = await detect(detector, quarterTurned(seen), scratch)
  return alongText(found).map(quad => quarterTurnedBack(quad, seen.height))
}

/** Turns lines that stand on their heads. The longest ones are asked first; where they agree, they speak for all. */
async function turnUpright({ classifier }: OcrModels, { picture }: DecodedPicture, quads: readonly Quad[], scratch: Scratch): Promise<readonly Quad[]> {
  const voters = chooseVoters(quads).map(i => quads[i])
  const said = verdict(await upsideDown(classifier, picture, voters, scratch))
  if (said === 'upright')
    return quads
  if (said === 'turned')
    return quads.map(quad => turn(quad, 2))
  const turned = turnedLines(quads, await upsideDown(classifier, picture, quads, scratch))
  return quads.map((quad, i) => turned[i] ? turn(quad, 2) : quad)
}

async function readLines({ recogniser, alphabet }: OcrModels, { picture }: DecodedPicture, quads: readonly Quad[], scratch: Scratch): Promise<ReadLine[]> {
  const readings = await recognise(recogniser, alphabet, picture, quads, scratch)
  const lines = quads.map((quad, i) => ({ quad, reading: readings[i] }))
  const cuts = otherCuts(lines)
  return keepBetter(lines, cuts, await recognise(recogniser, alphabet, picture, cuts.map(cut => cut.quad), scratch))
}

function toOcrLine({ quad, reading }: ReadLine, { picture, width, height }: DecodedPicture): OcrLine {
  const within = ([x, y]: Point): Point => [
    tenths(Math.min(width, Math.max(0, x * width / picture.width))),
    tenths(Math.min(height, Math.max(0, y * height / picture.height))),
  ]
  const [a, b, c, d] = quad
  return { text: reading.text, score: Math.round(reading.score * 1e4) / 1e4, box: [within(a), within(b), within(c), within(d)] }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
