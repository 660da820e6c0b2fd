import type { Look, Panel, Point } from './chart'
import type { Spread } from './figures'
import type { BenchCase, BenchReport, Measured } from './report'
import { count } from '../text'
import { batchPlaces, drawLine, logScale, round } from './chart'
import { lookOf } from './looks'
import { benchTitle, modelName } from './table'

const width = 960
const margin = 24
const panelTop = 96
const panelHeight = 300
const legendTop = panelTop + panelHeight + 64
const legendLine = 20
const legendColumns = 3
const maxTitle = 150

const panels: readonly (Panel & { readonly title: string, readonly of: (row: Measured) => Spread })[] = [
  { left: 72, top: panelTop, width: 384, height: panelHeight, title: 'Latency of a run, ms', of: row => row.latencyMs },
  { left: 552, top: panelTop, width: 384, height: panelHeight, title: 'Throughput, inputs a second', of: row => row.inputsPerSecond },
]

type MeasuredRow = BenchCase & Measured

interface Series {
  readonly name: string
  readonly rows: readonly MeasuredRow[]
  readonly look: Look
}

/** The report as an SVG picture: latency and throughput over the batch size, a line for each profile and number of neighbours. */
export function benchPicture(report: BenchReport): string {
  const rows = report.rows.filter((row): row is MeasuredRow => row.ok)
  const series = seriesOf(rows)
  const failed = report.rows.flatMap(row => row.ok ? [] : [`${row.profile}, batch ${row.batch}, ${count(row.neighbours, 'neighbour')}: ${row.why}`])
  const notesTop = legendTop + Math.ceil(series.length / legendColumns) * legendLine + 12
  const notes = ['Markers are medians, whiskers reach from p5 to p95. Both scales are logarithmic.', ...failed]
  const height = notesTop + notes.length * 16 + margin
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="12">`,
    `<title>${text(modelName(report.model))} over slices and batch sizes</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin}" y="34" font-size="18" font-weight="bold">${text(modelName(report.model))}</text>`,
    `<text x="${margin}" y="56">${text(shortened(benchTitle(report)))}</text>`,
    ...panels.flatMap(panel => drawPanel(panel, series)),
    ...series.flatMap(({ name, look }, i) => legend(name, look, i)),
    ...notes.map((note, i) => `<text class="note" x="${margin}" y="${notesTop + i * 16}" fill="#333">${text(shortened(note))}</text>`),
    '</svg>',
  ].join('\n')}\n`
}

function seriesOf(rows: readonly MeasuredRow[]): Series[] {
  const profiles = [...new Set(rows.map(({ profile }) => profile))]
  const counts = [...new Set(rows.map(({ neighbours }) => neighbours))].sort((a, b) => a - b)
  const pairs = profiles.flatMap(profile => counts.map(neighbours => ({
    profile,
    neighbours,
    rows: rows.filter(row => row.profile === profile && row.neighbours === neighbours).sort((a, b) => a.batch - b.batch),
  }))).filter(pair => pair.rows.length > 0)
  return pairs.map(({ profile, neighbours, rows }, i) => ({
    name: `${profile}, ${neighbours === 0 ? 'no neighbours' : count(neighbours, 'neighbour')}`,
    rows,
    look: lookOf(profiles.indexOf(profile), counts.indexOf(neighbours), i, pairs.length),
  }))
}

function drawPanel(panel: typeof panels[number], series: readonly Series[]): string[] {
  const lines = series.map(({ rows, look }) => ({ look, points: rows.map<Point>(row => ({ batch: row.batch, spread: panel.of(row) })) }))
  const points = lines.flatMap(line => line.points)
  const scale = logScale(points.flatMap(({ spread }) => [spread.p5, spread.median, spread.p95]))
  const places = batchPlaces(points.map(({ batch }) => batch), panel)
  const { left, top, width, height, title } = panel
  return [
    '<g class="panel">',
    `<text x="${left}" y="${top - 12}" font-weight="bold">${title}</text>`,
    ...scale.ticks.flatMap((tick) => {
      const y = round(top + height * (1 - scale.of(tick)))
      return [`<path d="M${left} ${y}h${width}" stroke="#ddd"/>`, `<text x="${left - 8}" y="${y + 4}" text-anchor="end">${tick}</text>`]
    }),
    `<path d="M${left} ${top}v${height}h${width}" fill="none" stroke="#333"/>`,
    ...[...places].map(([batch, x]) => `<text x="${round(x)}" y="${top + height + 18}" text-anchor="middle">${batch}</text>`),
    `<text x="${left + width / 2}" y="${top + height + 38}" text-anchor="middle">inputs that run as one (batch)</text>`,
    ...points.length === 0 ? [`<text x="${left + width / 2}" y="${top + height / 2}" text-anchor="middle">Nothing could be measured.</text>`] : [],
    ...lines.flatMap(line => ['<g class="series">', ...drawLine(line.points, places, scale, panel, line.look), '</g>']),
    '</g>',
  ]
}

function legend(name: string, { colour, dashes, marker }: Look, i: number): string[] {
  const x = margin + (i % legendColumns) * (width - 2 * margin) / legendColumns
  const y = legendTop + Math.floor(i / legendColumns) * legendLine
  return [
    `<path d="M${x} ${y - 4}h36" stroke="${colour}" stroke-width="1.8"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}/>`,
    `<path d="${marker(x + 18, y - 4)}" fill="${colour}" stroke="#fff" stroke-width="0.8"/>`,
    `<text class="legend" x="${x + 44}" y="${y}">${text(name)}</text>`,
  ]
}

function shortened(line: string): string {
  return line.length > maxTitle ? `${line.slice(0, maxTitle - 1)}…` : line
}

/** Safe inside SVG: no markup, and none of the characters that XML does not know. */
function text(value: string): string {
  return value.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
