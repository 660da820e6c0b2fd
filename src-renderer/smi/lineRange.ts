/** Where a line, counted from 1, lies in a text, without its end; undefined if there are fewer lines. */
export function lineRange(text: string, line: number): { readonly from: number, readonly to: number } | undefined {
  let from = 0
  for (let number = 1; number < line; number += 1) {
    const end = text.indexOf('\n', from)
    if (end === -1)
      return undefined
    from = end + 1
  }
  const end = text.indexOf('\n', from)
  return { from, to: end === -1 ? text.length : end }
}
