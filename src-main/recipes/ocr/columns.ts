/** A line's place on the page after the page was turned so that its text runs level, in pixels. */
export interface LevelLine {
  /** Position of the line in the list that is being ordered. */
  readonly index: number
  readonly left: number
  readonly right: number
  /** Of its middle. */
  readonly y: number
  readonly height: number
}

/** Rows of a page, each its lines from left to right. */
type Rows = readonly (readonly LevelLine[])[]

/** A band of rows through which one gutter runs, from x `left` to `right`. */
interface Band {
  readonly rows: LevelLine[][]
  readonly left: number
  readonly right: number
}

/**
 * What tells columns of running text from the columns of a table: several rows, lines of many characters, most of
 * which reach the edge of their column, and columns of about the same width.
 */
const prose = { rows: 4, lineHeights: 9, fullShare: 0.6, full: 0.85, widthRatio: 0.6 }

/** How far from its column's margin, in line heights, the last line of a column may start. */
const marginHeights = 1.5

/**
 * Puts columns of running text one after the other and leaves all other rows as they are, so that a receipt or a
 * table is still read row by row.
 */
export function splitColumns(rows: Rows): LevelLine[][] {
  const ordered: LevelLine[][] = []
  for (let at = 0; at < rows.length;) {
    const band = bandFrom(rows, at)
    const sides = band && sidesOf(band)
    if (sides && isProse(sides[0]) && isProse(sides[1]) && alike(sides)) {
      ordered.push(...sides[0], ...splitColumns(sides[1]))
      at += band.rows.length
    }
    else {
      ordered.push([...rows[at]])
      at++
    }
  }
  return ordered
}

/** The longest band that starts at a row of at least two lines and keeps its first gutter open. */
function bandFrom(rows: Rows, at: number): Band | null {
  const [first, second] = rows[at]
  if (!second)
    return null
  let left = first.right
  let right = second.left
  const taken: LevelLine[][] = []
  for (const row of rows.slice(at)) {
    const middle = (left + right) / 2
    const before = row.filter(line => (line.left + line.right) / 2 < middle)
    const newLeft = Math.max(left, ...before.map(line => line.right))
    const newRight = Math.min(right, ...row.filter(line => !before.includes(line)).map(line => line.left))
    if (newLeft >= newRight)
      break
    left = newLeft
    right = newRight
    taken.push([...row])
  }
  return { rows: withoutFooter(taken), left, right }
}

/** A page number may hang below the gutter without closing it: last lines that start at neither margin are not part. */
function withoutFooter(rows: LevelLine[][]): LevelLine[][] {
  const pairs = rows.filter(row => row.length > 1)
  const margins = [0, 1].map(side => Math.min(...pairs.map(row => row[side].left)))
  const belongs = ({ left, height }: LevelLine) => margins.some(margin => Math.abs(left - margin) <= marginHeights * height)
  const end = rows.findLastIndex(row => row.length > 1 || belongs(row[0]))
  return rows.slice(0, end + 1)
}

function sidesOf({ rows, left, right }: Band): [LevelLine[][], LevelLine[][]] {
  const middle = (left + right) / 2
  const part = (wanted: (line: LevelLine) => boolean) => rows.map(row => row.filter(wanted)).filter(row => row.length > 0)
  return [part(line => line.right <= middle), part(line => line.left >= middle)]
}

function isProse(rows: Rows): boolean {
  const lines = rows.map(row => ({ width: row[0].right - row[0].left, height: row[0].height }))
  const width = columnWidth(rows)
  const full = lines.filter(line => line.width >= prose.full * width)
  return rows.length >= prose.rows
    && full.length >= prose.fullShare * rows.length
    && full.every(line => line.width >= prose.lineHeights * line.height)
}

/** Width of the widest first line: a third column to the right does not count. */
function columnWidth(rows: Rows): number {
  return Math.max(...rows.map(row => row[0].right - row[0].left))
}

function alike(sides: readonly [Rows, Rows]): boolean {
  const [a, b] = sides.map(columnWidth)
  return Math.min(a, b) >= prose.widthRatio * Math.max(a, b)
}
