/**
 * C0 and C1 controls, DEL, line and paragraph separators, zero-width and direction marks, lone surrogates:
 * what could move a cursor, forge a log line or reorder text when a name from a file is shown.
 */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\p{Cs}]/gu

const longest = 200

/**
 * Text from a file (a tensor's name, a path, a message of ONNX Runtime) made safe to show: control characters become
 * `\u001b`, and text beyond 200 characters is cut. Names stay recognisable; nothing is looked up by the result.
 */
export function printable(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(unprintable, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A name from a file in quotes, safe to show. */
export function quoted(name: string): string {
  return `"${printable(name)}"`
}
