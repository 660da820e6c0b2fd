/**
 * `npm run bench -- decision`: how long one decision takes, and what the queue costs in memory, with 100, 10,000 and 100,000
 * jobs that wait for 8, 100 and 1,000 slices: the book, its snapshot and the plan as the dispatcher uses them, against a
 * planner that sorts everything.
 *
 * Twenty tenants, three classes, a mix of shapes. Before each decision one slice in a hundred (one at least) comes free and as
 * many jobs are submitted; what is decided comes true. `alike` has jobs as people submit them, many of a kind; `distinct`
 * is the worst case: no two ask for the same. Memory is what the process has more than before, after a collection, with
 * every job, the book, and the last snapshot and plan. Each row has a process of its own.
 */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { labInMemory } from './decision/lab.mjs'
import { plainPlan } from './decision/plain.mjs'
import { bundle, load } from './lib/bundle.mjs'
import { quantile, spread, table } from './lib/figures.mjs'
import { randomFrom } from './placement/random.mjs'

const [asked, ...row] = process.argv.slice(2)
if (asked === 'row')
  await measure(...row.slice(0, 3).map(Number), row[3])
else
  await measureAll(Number(asked ?? 30))

async function measureAll(rounds) {
  await bundle('decision/bundle.ts')
  const cases = [100, 10_000, 100_000].flatMap(queued => [8, 100, 1000].map(slices => [queued, slices, 'alike']))
  cases.push([10_000, 1000, 'distinct'], [100_000, 1000, 'distinct'])
  const rows = cases.map(([queued, slices, kind]) => {
    const figures = JSON.parse(execFileSync(process.execPath, [process.argv[1], 'row', queued, slices, rounds, kind], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
    return [queued, slices, kind, figures.lines, spread(figures.whole), quantile(figures.whole, 0.99).toFixed(2), spread(figures.snapshot), spread(figures.plan), spread(figures.plain, 1), figures.heapMiB.toFixed(0), figures.rssMiB.toFixed(0)]
  })
  console.log(`${rounds} decisions each; times in ms: median (lowest to highest)`)
  console.log(table([['queued', 'slices', 'jobs', 'lines', 'decision', 'p99', 'of it snapshot', 'of it plan', 'plain planner', 'heap MiB', 'rss MiB'], ...rows]))
}

/** One row, as JSON on standard output. */
async function measure(queued, slices, rounds, kind) {
  const parts = await load('decision/bundle.ts')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  collect()
  const before = process.memoryUsage()
  const lab = labInMemory(parts, { slices, random: randomFrom(1), distinct: kind === 'distinct' })
  lab.fill(queued)
  const figures = { whole: [], snapshot: [], plan: [], plain: [] }
  let last
  for (let round = -20; round < rounds; round++) {
    lab.goOn(Math.max(1, Math.round(slices / 100)))
    const fromMs = performance.now()
    const snapshot = lab.snapshot()
    const takenMs = performance.now()
    const answer = parts.plan(snapshot, lab.nowMs())
    const plannedMs = performance.now()
    if (round % 10 === 0 && round >= 0) {
      const plainMs = performance.now()
      plainPlan(parts, lab, parts.usualSettings.agingMs)
      figures.plain.push(performance.now() - plainMs)
    }
    if (round >= 0) {
      figures.whole.push(plannedMs - fromMs)
      figures.snapshot.push(takenMs - fromMs)
      figures.plan.push(plannedMs - takenMs)
    }
    last = { snapshot, answer }
    lab.carryOut(answer.decisions)
  }
  collect()
  const after = process.memoryUsage()
  console.log(JSON.stringify({ ...figures, lines: last.snapshot.lines.length, heapMiB: (after.heapUsed - before.heapUsed) / 2 ** 20, rssMiB: (after.rss - before.rss) / 2 ** 20 }))
}
