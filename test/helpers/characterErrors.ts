/** Wrong, missing and surplus characters, white space aside (Levenshtein's distance). */
export function characterErrors(read: string, truth: string): { readonly errors: number, readonly characters: number } {
  const [a, b] = [read, truth].map(text => [...text.replace(/\s/g, '')])
  let row = b.map((_, i) => i + 1)
  a.forEach((character, i) => {
    let [diagonal, left] = [i, i + 1]
    row = row.map((above, j) => {
      left = Math.min(above + 1, left + 1, diagonal + (character === b[j] ? 0 : 1))
      diagonal = above
      return left
    })
  })
  return { errors: b.length === 0 ? a.length : row[b.length - 1], characters: b.length }
}
