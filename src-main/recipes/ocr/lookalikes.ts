/** A character as decoded, and how likely the recogniser found any other character in its place (0 to 1). */
export interface DecodedCharacter {
  readonly character: string
  readonly probabilityOf: (other: string) => number
}

/** Below this share the recogniser was sure of what it chose. Real zeros leave the letter O less than half of it. */
const doubt = 0.04

const letter = /\p{L}/u
const digit = /\d/
const upper = /\p{Lu}/u
const lower = /\p{Ll}/u
const wordEnd = /[\s:,;]/

/**
 * Settles by their neighbours those characters that look alike and that the recogniser doubted: a zero within a word
 * (`INF0`) is the letter O, an O within a number (`4O4`) a zero, an l after capitals (`PCle`) the letter I. What it was
 * sure of stays as it is, so that names such as `GPU0` survive.
 */
export function settleLookalikes(line: readonly DecodedCharacter[]): string[] {
  const settled = line.map(({ character }) => character)
  line.forEach(({ character, probabilityOf }, i) => {
    if (character === '0' && probabilityOf('O') + probabilityOf('o') >= doubt && among(letter, settled, i))
      settled[i] = capitalO(settled, i, probabilityOf('O') >= probabilityOf('o')) ? 'O' : 'o'
    else if ((character === 'O' || character === 'o') && probabilityOf('0') >= doubt && among(digit, settled, i))
      settled[i] = '0'
    else if (character === 'l' && probabilityOf('I') >= doubt / 2 && upper.test(settled[i - 1] ?? '') && upper.test(settled[i - 2] ?? ''))
      settled[i] = 'I'
  })
  return settled
}

/** At least one neighbour is of the kind, and the other is too or ends the word. */
function among(kind: RegExp, line: readonly string[], at: number): boolean {
  const neighbours = [line[at - 1] ?? ' ', line[at + 1] ?? ' ']
  return neighbours.some(one => kind.test(one)) && neighbours.every(one => kind.test(one) || wordEnd.test(one))
}

function capitalO(line: readonly string[], at: number, likelier: boolean): boolean {
  const before = line[at - 1] ?? ''
  if (upper.test(before))
    return !lower.test(line[at + 1] ?? '')
  return letter.test(before) ? false : likelier || upper.test(line[at + 1] ?? '')
}
