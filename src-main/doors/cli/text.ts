import { styleText } from 'node:util'

/** How a line looks on a terminal; the same text everywhere else. */
export interface Style {
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
}

type Format = Parameters<typeof styleText>[0]

export function createStyle(coloured: boolean): Style {
  const as = (format: Format) => (text: string) => coloured ? styleText(format, text, { validateStream: false }) : text
  return { strong: as('bold'), faint: as('dim'), good: as('green'), bad: as('red') }
}

/**
 * Text from files, models and other programs, made safe to print: a file's name may hold escape sequences that would
 * move the cursor or retitle the terminal.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
}

/** Columns as wide as their widest cell, two spaces apart, without trailing spaces. Cells are made printable. */
export function table(rows: readonly (readonly string[])[], style?: (cell: string, row: number, column: number) => string): string[] {
  const clean = rows.map(row => row.map(printable))
  const widths: number[] = []
  for (const row of clean)
    row.forEach((cell, column) => widths[column] = Math.max(widths[column] ?? 0, cell.length))
  return clean.map((row, r) => row.map((cell, c) => {
    const pad = c === row.length - 1 ? '' : ' '.repeat(widths[c] - cell.length)
    return (style ? style(cell, r, c) : cell) + pad
  }).join('  ').trimEnd())
}

export function memory(mib: number): string {
  return mib < 1024 ? `${Math.round(mib)} MiB` : `${trimmed(mib / 1024)} GiB`
}

export function bytes(count: number): string {
  if (count < 1000)
    return `${count} B`
  return count < 1e6 ? `${trimmed(count / 1e3)} kB` : count < 1e9 ? `${trimmed(count / 1e6)} MB` : `${trimmed(count / 1e9)} GB`
}

/** `820 ms`, `3.4 s`, `2 min 5 s`, `1 h 12 min`. */
export function duration(ms: number): string {
  if (ms < 1000)
    return `${Math.round(ms)} ms`
  if (ms < 60_000)
    return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** `1 picture`, `2 pictures`. */
export function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`
}

/** One decimal below ten, none above. */
function trimmed(value: number): string {
  return value >= 9.95 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '')
}
