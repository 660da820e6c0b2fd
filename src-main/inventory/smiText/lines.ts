/** A longer line is no line of nvidia-smi, and is not looked at. */
const longestLine = 2000

// Colours and window titles of a recorded terminal. The bound keeps one that never ends from being searched for its end again and again.
// eslint-disable-next-line no-control-regex
const terminalCodes = /\u001B(?:\[[\d;?]{0,40}[A-Za-z~]|\][^\u0007\u001B\n]{0,500}(?:\u0007|\u001B\\)|[()][AB0])/g

/**
 * Text as a terminal, an editor or a mail program hands it over, in the form that the readers take: no terminal codes, no
 * byte-order mark, no NUL (a UTF-16 file read as another), one kind of blank and one kind of line end.
 */
export function cleanText(text: string): string {
  return text
    .replace(terminalCodes, '')

    .replace(/[\uFEFF\uFFFD\0]/g, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u00A0\u2007\u2009\u202F]/g, ' ')
    .replace(/\t/g, '    ')
}

/** The lines of cleaned text with their numbers from 1, without the blank ones and those that are too long. */
export function* linesOf(text: string): Generator<{ readonly line: string, readonly number: number }> {
  let from = 0
  for (let number = 1; from <= text.length; number += 1) {
    const found = text.indexOf('\n', from)
    const end = found === -1 ? text.length : found
    const line = end === from || end - from > longestLine ? '' : text.slice(from, end).trimEnd()
    if (line !== '')
      yield { line, number }
    from = end + 1
  }
}

/** Tells the number of the line, from 1, on which a character lies. Each offset asked for must be at least the one before. */
export function lineCounter(text: string): (offset: number) => number {
  let number = 1
  let next = text.indexOf('\n')
  return (offset) => {
    for (; next !== -1 && next < offset; next = text.indexOf('\n', next + 1))
      number += 1
    return number
  }
}
