/**
 * `npm run bench -- shares`: what each slice of a device gets of its compute, against what it is due.
 *
 * Workers are processes that run a small model with ONNX Runtime in a loop, on one thread; another process keeps a second
 * core busy. A share is the part of the runs of all. The keeper's rounds and rounds of one worker alone, which nobody
 * governs, take turns, so that what else the machine does falls on both: what all together do less than the one is lost.
 * Part of it is the processor time that the same runs take beyond what they took alone; the rest is time in which nobody
 * had the core, or another program did.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { bundle, load } from './lib/bundle.mjs'
import { median, table } from './lib/figures.mjs'
import { startWorker, without, work } from './shares/group.mjs'

const ms = Number(process.argv[2] ?? 10) * 1000
const only = process.argv[3]
const roundsALine = 5

const sevenths = [4, 2, 1].map(part => part / 7)
const equal = count => Array.from({ length: count }).fill(1 / count)
/** `shares`: of the seats that are there; `waiting`: how many more have a job and nothing to compute. */
const cases = [
  { name: '2 equal', policy: 'equal-share', shares: equal(2) },
  { name: '4 equal', policy: 'equal-share', shares: equal(4) },
  { name: '7 equal', policy: 'equal-share', shares: equal(7) },
  { name: '4:2:1', policy: 'fixed-share', shares: sevenths },
  { name: 'fixed 1/4 and 1/4, others absent', policy: 'fixed-share', shares: [0.25, 0.25] },
  { name: 'best effort, 4 of 7 idle', policy: 'best-effort', shares: equal(3), waiting: 4 },
]
const means = [
  { name: 'turns of 10 ms', means: 'turns', timeSliceMs: null, cases },
  { name: 'turns of 2 ms', means: 'turns', timeSliceMs: 2, cases },
  { name: 'quota', means: 'quota', timeSliceMs: null, cases: [{ name: '7 equal', policy: 'fixed-share', shares: equal(7) }, ...cases.slice(3, 5)] },
]

const { createKeeper, onnxModel, floats } = await load('shares/bundle.ts')
const entry = await bundle('../../src-main/runtime/keeper/entry.ts')
const folder = mkdtempSync(join(tmpdir(), 'tranche-bench-'))
const model = join(folder, 'product.onnx')
writeFileSync(model, onnxModel({
  nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
  inputs: [{ name: 'x', shape: [256, 256] }],
  outputs: [{ name: 'y', shape: [256, 256] }],
  initializers: [{ name: 'w', dims: [256, 256], raw: floats(...Array.from({ length: 256 * 256 }).fill(0.01)) }],
}))

const load2nd = fork(fileURLToPath(new URL('shares/load.mjs', import.meta.url)))
const workers = []
while (workers.length < 7)
  workers.push(await startWorker(model))

const total = (list, key) => list.reduce((sum, each) => sum + each[key], 0)

async function measure({ policy, shares, waiting = 0 }, { means, timeSliceMs }) {
  const computing = workers.slice(0, shares.length)
  const here = workers.slice(0, shares.length + waiting)
  const others = workers.slice(here.length)
  const [first, ...rest] = workers
  const runs = shares.map(() => 0)
  const rounds = []
  for (let round = 0; round < roundsALine; round++) {
    const [bare] = await without(rest, () => work([first], ms / roundsALine))
    const keeper = createKeeper({ entry, cores: 1, means, listener: { onBreach: (pid, { why }) => console.error(pid, why), onSample: () => {} } })
    here.slice(shares.length).forEach(worker => worker.send('wait'))
    for (const [index, { pid }] of here.entries()) {
      keeper.join({ pid, deviceId: 'device', terms: { policy, share: shares[index] ?? shares[0], timeSliceMs, spatial: means === 'quota' }, memory: { limitMiB: 1e6, baselineMiB: 0 } })
      keeper.busy(pid, true)
    }
    const governed = await without(others, () => work(computing, ms / roundsALine))
    await keeper.close()
    here.slice(shares.length).forEach(worker => worker.send('go'))
    governed.forEach((each, index) => runs[index] += each.runs)
    rounds.push({ bare, runs: total(governed, 'runs'), cpuMs: total(governed, 'cpuMs') })
  }
  return { runs, rounds }
}

function figures({ shares }, { runs, rounds }) {
  const due = shares.reduce((sum, share) => sum + share)
  const all = runs.reduce((sum, each) => sum + each)
  // Shares of a device that others leave idle are parts of what one alone does.
  const whole = due > 0.99 ? all : total(rounds.map(({ bare }) => bare), 'runs')
  const measured = runs.map(each => each / whole)
  const normal = runs.map((each, index) => each / shares[index])
  const sum = normal.reduce((all, part) => all + part)
  return {
    measured,
    worst: Math.max(...measured.map((share, index) => 100 * Math.abs(share - shares[index]))),
    jain: sum * sum / (normal.length * normal.reduce((all, part) => all + part * part, 0)),
    lost: rounds.map(({ bare, runs }) => 100 * (1 - runs / (bare.runs * due))),
    costs: rounds.map(({ bare, runs, cpuMs }) => 100 * (1 - (runs / cpuMs) / (bare.runs / bare.cpuMs))),
  }
}

const range = list => `${median(list).toFixed(1)} (${Math.min(...list).toFixed(1)} to ${Math.max(...list).toFixed(1)})`
const rows = [['', 'due %', 'measured %', 'worst, points', 'Jain', 'lost %: median (range)', 'of it processor time']]
for (const way of means) {
  for (const each of way.cases) {
    const name = `${way.name}: ${each.name}`
    if (only && !name.includes(only))
      continue
    const { measured, worst, jain, lost, costs } = figures(each, await measure(each, way))
    const percents = list => list.map(share => (100 * share).toFixed(1)).join(' ')
    rows.push([name, [...new Set(each.shares.map(share => percents([share])))].join(' '), percents(measured), worst.toFixed(2), jain.toFixed(5), range(lost), range(costs)])
  }
}
workers.forEach(worker => worker.kill('SIGKILL'))
load2nd.kill('SIGKILL')
rmSync(folder, { recursive: true })
console.log(`${ms / 1000} s a line in ${roundsALine} rounds, another process on the second core`)
console.log(table(rows))
