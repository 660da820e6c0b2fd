import type { DecodedCharacter } from './lookalikes'
import { halfWidth } from './halfWidth'
import { settleLookalikes } from './lookalikes'

/** A line as read: its text and the mean probability of its characters (0 for no text). */
export interface Reading {
  readonly text: string
  readonly score: number
}

/** What the recogniser's classes stand for. */
export interface Alphabet {
  readonly characters: readonly string[]
  readonly classOf: ReadonlyMap<string, number>
}

/**
 * The characters of the recogniser's classes. Class 0 is CTC's blank, then come the dictionary's lines, and last a
 * space, which PP-OCR models are trained with (`use_space_char`) and the file leaves out.
 */
export function parseDictionary(file: string): Alphabet {
  const lines = file.replace(/\r/g, '').replace(/\n$/, '').split('\n')
  const characters = ['', ...lines, ' ']
  return { characters, classOf: new Map(characters.map((character, i) => [character, i])) }
}

/**
 * Greedy CTC decoding: the best class of each step, repeats merged, blanks dropped.
 *
 * @param probabilities of one line, steps x classes, each step summing to 1.
 */
export function decodeCtc(probabilities: Float32Array, classes: number, alphabet: Alphabet): Reading {
  const line: DecodedCharacter[] = []
  let sum = 0
  let previous = 0
  for (let offset = 0; offset + classes <= probabilities.length; offset += classes) {
    const best = likeliest(probabilities, offset, classes)
    if (best !== 0 && best !== previous) {
      line.push({ character: alphabet.characters[best], probabilityOf: other => probabilityOf(other, probabilities, offset, alphabet) })
      sum += probabilities[offset + best]
    }
    previous = best
  }
  return { text: halfWidth(settleLookalikes(line)).trim(), score: line.length === 0 ? 0 : sum / line.length }
}

function probabilityOf(character: string, probabilities: Float32Array, offset: number, { classOf }: Alphabet): number {
  const at = classOf.get(character)
  return at === undefined ? 0 : probabilities[offset + at]
}

/** Index of the largest of the step's probabilities. One above a half settles it: the sum is 1. */
function likeliest(probabilities: Float32Array, offset: number, classes: number): number {
  let best = 0
  let top = probabilities[offset]
  for (let i = 1; i < classes && top <= 0.5; i++) {
    if (probabilities[offset + i] > top) {
      top = probabilities[offset + i]
      best = i
    }
  }
  return best
}
