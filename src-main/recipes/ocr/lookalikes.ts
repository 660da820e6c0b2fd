/** A character as decoded, and how likely the recogniser found any other character in its place (0 to 1). */
export interface DecodedCharacter {
  readonly character: string
  readonly probabilityOf: (other: string) => number
}

/** Below this share for the other character the recogniser was sure of what it chose. */
const doubt = 0.02

/** A character between its neighbours, two on each side; a space stands for the end of the line. */
interface Place {
  readonly character: string
  readonly earlier: string
  readonly before: string
  readonly after: string
  readonly later: string
}

const letter = /\p{L}/u
const digit = /\d/
const upper = /\p{Lu}/u
const wordEnd = /[\s:,;]/

/** What the neighbours say a character is; null where they say nothing. */
const rules: readonly ((place: Place) => string | null)[] = [
  function zeroWithinWord({ character, before, after, later }) {
    if (character !== '0' || !letter.test(after))
      return null
    if (letter.test(before))
      return upper.test(before) ? 'O' : 'o'
    return wordEnd.test(before) && letter.test(later) ? 'O' : null
  },
  function letterWithinNumber({ character, before, after }) {
    return /o/i.test(character) && digit.test(before) && (digit.test(after) || wordEnd.test(after)) ? '0' : null
  },
  function lowerAfterCapitals({ character, earlier, before }) {
    return character === 'l' && upper.test(before) && upper.test(earlier) ? 'I' : null
  },
  function lowerAmongCapitals({ character, before, after, later }) {
    const among = upper.test(after) && (upper.test(before) || (wordEnd.test(before) && upper.test(later)))
    return /[cosu-xz]/.test(character) && among ? character.toUpperCase() : null
  },
]

/**
 * Settles by their neighbours the characters that look alike and that the recogniser doubted: a zero within a word
 * (`ERR0R`) is the letter O, an O within a number (`4O4`) a zero, an l after capitals (`PCle`) the letter I, a small
 * letter among capitals (`wARN`) a capital. What it was sure of stays, and so does what the neighbours leave open.
 */
export function settleLookalikes(line: readonly DecodedCharacter[]): string {
  const settled = line.map(({ character }) => character)
  line.forEach(({ character, probabilityOf }, i) => {
    const [earlier, before, after, later] = [-2, -1, 1, 2].map(step => settled[i + step] ?? ' ')
    const place = { character, earlier, before, after, later }
    const other = rules.map(rule => rule(place)).find(said => said !== null)
    if (other !== undefined && probabilityOf(other) >= doubt)
      settled[i] = other
  })
  return settled.join('').replace(/(?<=\b[A-Z]{2,})0\b/g, zeroAtEnd)
}

/**
 * Words in capitals that end in the letter O and that no number follows. Neither shape nor probability tells `INF0` from
 * `GPU0` in monospaced print, so these words are known by heart.
 */
const wordsInO = new Set(['AUDIO', 'AUTO', 'DEMO', 'ECHO', 'EURO', 'FIFO', 'GPIO', 'INFO', 'LIFO', 'MACRO', 'MEMO', 'MICRO', 'PHOTO', 'RADIO', 'RATIO', 'TODO', 'VIDEO', 'ZERO'])

function zeroAtEnd(zero: string, at: number, line: string): string {
  const word = /[A-Z]+$/.exec(line.slice(0, at))?.[0] ?? ''
  return wordsInO.has(`${word}O`) ? 'O' : zero
}
