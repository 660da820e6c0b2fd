import type { Point } from './geometry'

/** A stretch of text pixels within one row of the map: x from `start` up to and without `end`. */
interface Run {
  readonly y: number
  readonly start: number
  readonly end: number
}

/**
 * Groups the pixels of a probability map that pass the threshold into 8-connected components, in one pass
 * over the map with a union-find of runs.
 *
 * @param map probabilities, row by row, width x height.
 * @returns for each component the outermost pixels of each of its rows (integer pixel positions): all that its
 * convex hull needs. In the order of their topmost rows.
 */
export function componentOutlines(map: Float32Array, width: number, height: number, threshold: number): Point[][] {
  const runs: Run[] = []
  const parents: number[] = []
  let above = { from: 0, to: 0 }
  for (let y = 0; y < height; y++) {
    const from = runs.length
    appendRuns(map, width, y, threshold, runs)
    for (let i = from; i < runs.length; i++)
      parents.push(i)
    joinTouching(runs, parents, above, { from, to: runs.length })
    above = { from, to: runs.length }
  }
  return [...outlinesByRoot(runs, parents).values()]
}

function appendRuns(map: Float32Array, width: number, y: number, threshold: number, runs: Run[]): void {
  const row = y * width
  for (let x = 0; x < width; x++) {
    if (map[row + x] <= threshold)
      continue
    const start = x
    while (x < width && map[row + x] > threshold)
      x++
    runs.push({ y, start, end: x })
  }
}

/** Two runs of neighbouring rows touch when they overlap or meet at a corner. */
function joinTouching(runs: readonly Run[], parents: number[], above: Span, here: Span): void {
  let a = above.from
  for (let i = here.from; i < here.to; i++) {
    const { start, end } = runs[i]
    while (a < above.to && runs[a].end < start)
      a++
    for (let j = a; j < above.to && runs[j].start <= end; j++)
      parents[root(parents, i)] = root(parents, j)
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

function root(parents: number[], index: number): number {
  while (parents[index] !== index) {
    parents[index] = parents[parents[index]]
    index = parents[index]
  }
  return index
}

function outlinesByRoot(runs: readonly Run[], parents: number[]): Map<number, Point[]> {
  const outlines = new Map<number, Point[]>()
  runs.forEach(({ y, start, end }, i) => {
    const key = root(parents, i)
    const outline = outlines.get(key) ?? []
    outline.push([start, y], [end - 1, y])
    outlines.set(key, outline)
  })
  return outlines
}
