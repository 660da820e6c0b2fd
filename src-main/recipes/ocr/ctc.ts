/** A line as read: its text and the mean probability of its characters (0 for no text). */
export interface Reading {
  readonly text: string
  readonly score: number
}

/**
 * The characters of the recogniser's classes. Class 0 is CTC's blank, then come the dictionary's lines, and last a
 * space, which PP-OCR models are trained with (`use_space_char`) and the file leaves out.
 */
export function parseDictionary(file: string): string[] {
  const lines = file.replace(/\r/g, '').replace(/\n$/, '').split('\n')
  return ['', ...lines, ' ']
}

/**
 * Greedy CTC decoding: the best class of each step, repeats merged, blanks dropped.
 *
 * @param probabilities of one line, steps x classes, each step summing to 1.
 */
export function decodeCtc(probabilities: Float32Array, classes: number, characters: readonly string[]): Reading {
  let text = ''
  let sum = 0
  let count = 0
  let previous = 0
  for (let offset = 0; offset + classes <= probabilities.length; offset += classes) {
    const best = likeliest(probabilities, offset, classes)
    if (best !== 0 && best !== previous) {
      text += characters[best]
      sum += probabilities[offset + best]
      count++
    }
    previous = best
  }
  return { text: text.trim(), score: count === 0 ? 0 : sum / count }
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
