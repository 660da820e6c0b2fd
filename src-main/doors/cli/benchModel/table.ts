import type { Spread } from './figures'
import type { BenchReport, BenchRow } from './report'
import { count, memory } from '../text'

const heading = ['profile', 'memory', 'batch', 'neighbours', 'latency ms: median (p5-p95)', 'p99', 'inputs/s: median (p5-p95)', 'runs', 'share kept by']

/** The heading, then a row each; a row without figures says why in its last cell. */
export function benchCells({ rows }: BenchReport): string[][] {
  return [heading, ...rows.map(cells)]
}

function cells(row: BenchRow): string[] {
  const what = [row.profile, memory(row.memoryMiB), row.ok && row.together < row.batch ? `${row.batch} (ran as ${row.together})` : String(row.batch), String(row.neighbours)]
  return row.ok
    ? [...what, spreadText(row.latencyMs), figure(row.latencyMs.p99), spreadText(row.inputsPerSecond), String(row.runs), row.means?.brief ?? '-']
    : [...what, '-', '-', '-', '-', row.why]
}

function spreadText({ median, p5, p95 }: Spread): string {
  return `${figure(median)} (${figure(p5)}-${figure(p95)})`
}

/** Three significant digits, without an exponent: `0.0123`, `4.56`, `1230`. */
export function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value === 0 ? '0' : value.toFixed(Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(value)))))
}

/** What computed it: `model.onnx on A100-80GB in mode mig, a virtual GPU. Virtual: computed by 2 cores of ...`. */
export function benchTitle({ model, gpu, mode, backing, dims }: BenchReport): string {
  const sizes = Object.entries(dims).map(([name, size]) => `${name}=${size}`).join(', ')
  return `${modelName(model)}${sizes === '' ? '' : ` with ${sizes}`} on ${gpu} in mode ${mode}, a virtual GPU. ${backing}`
}

/** Below this, results are written for longer than they are computed. */
const shortRunMs = 1

/** How to read the figures. */
export function benchNotes({ rows, warmUps, stopped, notes }: BenchReport): string[] {
  const means = new Set(rows.flatMap(row => row.ok && row.means ? [`${row.means.brief}: ${row.means.detail}`] : []))
  const alone = rows.some(row => row.ok && row.together < row.batch)
  return [
    'The GPU is virtual: the host\'s CPU computes, held to the slice\'s share, so the figures compare slices and are not those of the GPU itself.',
    `Latency is the time inside the model for one run of the whole batch. Inputs/s are counted over tenths of the runs. The first ${count(warmUps, 'run')} of each row are left out as warm-up.`,
    ...[...means].map(line => `Share kept by ${line}`),
    ...alone ? ['The model takes no batches of the sizes marked: its inputs ran one by one or in smaller groups.'] : [],
    ...rows.some(row => row.ok && row.latencyMs.median < shortRunMs) ? [`Runs under ${shortRunMs} ms: writing each result takes longer than computing it, and the slice saves its share up meanwhile. So short runs look alike on all profiles; larger --batches or --dim show the share.`] : [],
    ...notes,
    ...stopped ? ['Stopped before the last row.'] : [],
  ]
}

/** The report as a page of Markdown. */
export function benchMarkdown(report: BenchReport): string {
  const [head, ...rows] = benchCells(report).map(row => `| ${row.map(cell => cell.replace(/[\r\n]+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`)
  return `${[
    `# ${modelName(report.model)}`,
    '',
    benchTitle(report),
    '',
    head,
    `|${heading.map(() => ' --- |').join('')}`,
    ...rows,
    '',
    ...benchNotes(report).map(note => `- ${note}`),
  ].join('\n')}\n`
}

/** A file by its base name, a catalog entry by its id. */
export function modelName(model: string): string {
  return model.split(/[\\/]/).at(-1) ?? model
}
