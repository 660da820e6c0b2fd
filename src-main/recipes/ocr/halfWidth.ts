/** Ideographs, kana, hangul and bopomofo: scripts in which full-width punctuation is at home. */
const eastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u

/** From the full-width forms (U+FF01 to U+FF5E) to ASCII (Unicode's block Halfwidth and Fullwidth Forms). */
const offset = 0xFEE0

/**
 * The recogniser also knows Chinese and at times reads a comma or a bracket of a Latin line as its full-width twin.
 * Lines without East Asian letters get the ASCII one.
 */
export function halfWidth(text: string): string {
  if (eastAsian.test(text))
    return text
  return text.replace(/[\uFF01-\uFF5E]/g, wide => String.fromCharCode(wide.charCodeAt(0) - offset)).replaceAll('\u3000', ' ')
}
