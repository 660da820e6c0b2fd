/**
 * `npm run bench -- layouts`: every legal layout of each GPU that has MIG, all its profiles together, in milliseconds.
 *
 * Each round makes the model's rules anew, so that nothing is remembered from the round before; models take turns. The
 * number of layouts is checked against a plain search that asks the rules about every place at every step.
 */
import process from 'node:process'
import { inRepo } from '../../resources/setup/lib/paths.mjs'
import { load } from './lib/bundle.mjs'
import { median, table } from './lib/figures.mjs'

const rounds = Number(process.argv[2] ?? 15)
const { listLayouts, readGpuTables, rulesOf } = await load('placement/bundle.ts')
const gpus = readGpuTables(inRepo('resources'))
const models = [...gpus.values()].filter(({ mig }) => mig)
const rulesFor = ({ model, memoryMiB }) => rulesOf({ model, mode: 'mig', memoryMiB, settings: {} }, gpus)

function timed(work) {
  const startedAt = performance.now()
  const result = work()
  return { ms: performance.now() - startedAt, result }
}

function countPlainly(rules, cuts = [], end = 0) {
  return 1 + rules.offers.flatMap(({ name, starts }) => starts.map(start => start < end ? null : rules.cut(cuts, name, start)))
    .reduce((sum, answer) => sum + (answer?.ok ? countPlainly(rules, [...cuts, answer.cut], answer.cut.start + answer.cut.size) : 0), 0)
}

const all = options => gpu => listLayouts(rulesFor(gpu), { limit: 1_000_000, ...options })
const figures = new Map(models.map(gpu => [gpu.model, { all: [], maximal: [], plain: [], counts: [] }]))
for (let round = -1; round < rounds; round++) {
  for (const gpu of models) {
    const every = timed(() => all({ maximal: false })(gpu))
    const maximal = timed(() => all({ maximal: true })(gpu))
    const plain = timed(() => countPlainly(rulesFor(gpu)))
    if (plain.result !== every.result.layouts.length)
      throw new Error(`${gpu.model}: ${every.result.layouts.length} layouts listed, ${plain.result} by a plain search`)
    const figure = figures.get(gpu.model)
    figure.counts = [every.result.layouts.length, maximal.result.layouts.length]
    // The first round warms up.
    if (round >= 0) {
      figure.all.push(every.ms)
      figure.maximal.push(maximal.ms)
      figure.plain.push(plain.ms)
    }
  }
}

console.log(`${rounds} rounds in turn, ms: median (the plain search only counts)`)
console.log(table([
  ['GPU', 'layouts', 'maximal', 'all', 'worst', 'maximal only', 'plain search', 'ratio'],
  ...[...figures].map(([model, { all, maximal, plain, counts }]) => [model, ...counts, median(all).toFixed(1), Math.max(...all).toFixed(1), median(maximal).toFixed(1), median(plain).toFixed(1), (median(plain) / median(all)).toFixed(1)]),
]))
