import type { Spread } from './figures'

/** A panel of the picture: how it is scaled and drawn. Lengths are in the picture's own units. */
export interface Panel {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly batch: number
  readonly spread: Spread
}

/** A line of a panel, told from others by colour, dashes and markers, so that it can be told in print too. */
export interface Look {
  readonly colour: string
  readonly dashes: string
  readonly marker: (x: number, y: number) => string
  /** Moved sideways, so that whiskers of several lines do not cover each other. */
  readonly shift: number
}

export interface Scale {
  readonly ticks: readonly number[]
  /** 0 at the least tick, 1 at the greatest. */
  readonly of: (value: number) => number
}

const smallest = 1e-6

/** A logarithmic scale whose ticks are 1, 2 and 5 times powers of ten, and hold all values; only the powers where these would be many. */
export function logScale(values: readonly number[]): Scale {
  const known = values.filter(value => Number.isFinite(value)).map(value => Math.max(value, smallest))
  const [least, most] = known.length === 0 ? [1, 10] : [Math.min(...known), Math.max(...known)]
  const powers = (by: readonly number[]) => {
    const ticks: number[] = []
    for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++)
      ticks.push(...by.map(factor => Number((factor * 10 ** power).toPrecision(1))))
    const from = ticks.findLastIndex(tick => tick <= least)
    const to = ticks.findIndex(tick => tick >= most)
    return ticks.slice(Math.max(0, from), (to === -1 ? ticks.length : to) + 1)
  }
  const fine = powers([1, 2, 5])
  const chosen = fine.length > 10 ? powers([1]) : fine
  const ticks = chosen.length > 1 ? chosen : [chosen[0], chosen[0] * 10]
  const [low, high] = [Math.log10(ticks[0]), Math.log10(ticks[ticks.length - 1])]
  return { ticks, of: value => (Math.log10(Math.max(value, smallest)) - low) / (high - low) }
}

/** The places of the batch sizes over a width: by their logarithm, as they usually double. */
export function batchPlaces(batches: readonly number[], { left, width }: Panel): ReadonlyMap<number, number> {
  const sorted = [...new Set(batches)].sort((a, b) => a - b)
  const margin = width * 0.1
  const [low, high] = [Math.log2(sorted[0] ?? 1), Math.log2(sorted.at(-1) ?? 1)]
  return new Map(sorted.map(batch => [batch, high === low ? left + width / 2 : left + margin + (width - 2 * margin) * (Math.log2(batch) - low) / (high - low)]))
}

/** A line through the medians, with a marker and a whisker from p5 to p95 at each. */
export function drawLine(points: readonly Point[], places: ReadonlyMap<number, number>, scale: Scale, panel: Panel, { colour, dashes, marker, shift }: Look): string[] {
  const y = (value: number) => round(panel.top + panel.height * (1 - scale.of(value)))
  const at = points.map(({ batch, spread }) => ({ x: round((places.get(batch) ?? 0) + shift), median: y(spread.median), low: y(spread.p5), high: y(spread.p95) }))
  return [
    `<polyline points="${at.map(({ x, median }) => `${x},${median}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.8"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}/>`,
    ...at.map(({ x, low, high }) => `<path class="whisker" d="M${x} ${low}V${high}M${x - 3} ${low}h6M${x - 3} ${high}h6" fill="none" stroke="${colour}" stroke-width="1.2"/>`),
    ...at.map(({ x, median }) => `<path class="marker" d="${marker(x, median)}" fill="${colour}" stroke="#fff" stroke-width="0.8"/>`),
  ]
}

export function round(value: number): number {
  return Math.round(value * 100) / 100
}
