/**
 * `npm run bench -- breach`: how soon a worker is ended that takes more memory than its slice has, and what its neighbour notices.
 *
 * A model takes 12 GiB as fast as it can on a vGPU of 4 GiB; no estimate can see it, as the size comes with the input.
 * The worker's resident memory is read from outside every millisecond: the times are from the first reading over the limit to
 * the last that grows by a MiB, when it was stopped, and to the first that finds nothing, when the system has taken all of it back. The neighbour computes all the while; its speed with and without breaches is compared.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { load } from './lib/bundle.mjs'
import { quantile, spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'

const times = Number(process.argv[2] ?? 20)
if (process.platform !== 'linux') {
  console.log('left out: memory is read from /proc, which only Linux has')
  process.exit(0)
}
const { connectSocket, smallConvolution, greedyModel } = await load('lib/parts.ts')
const folder = mkdtempSync(join(tmpdir(), 'tranche-bench-breach-'))
function written(name, bytes) {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const greedy = written('greedy.onnx', greedyModel(null))
const input = written('much.json', JSON.stringify({ x: [1], n: [6 * 1024 * 262_144] }))
const neighbour = written('neighbour.onnx', smallConvolution(64, 32))

const lab = await startLab(connectSocket)
const call = (name, asked = {}) => lab.client.call(name, asked)
const [device] = await call('lab.add', { model: 'A100-40GB', mode: 'vgpu', layout: [{ profile: 'A100-4C' }, { profile: 'A100-4C' }] })
const place = { device: device.id, profile: 'A100-4C' }
const { id: neighbourId } = await call('jobs.submit', { recipe: 'tensor', model: neighbour, inputs: [], synthetic: 100_000, ...place })
const doneCount = async () => (await call('jobs.list', {})).find(({ id }) => id === neighbourId).counts.done
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
while (await doneCount() === 0)
  await sleep(50)

const limitMiB = device.slices[0].memoryMiB
const pageMiB = 4096 / 2 ** 20
function residentMiB(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageMiB
  }
  catch {
    return 0
  }
}
const speeds = { alone: [], beside: [] }
const stopped = []
const over = []
const ended = []
const codes = new Set()
for (let time = 0; time < times; time++) {
  const [from, startedAt] = [await doneCount(), performance.now()]
  await sleep(1500)
  speeds.alone.push((await doneCount() - from) * 1000 / (performance.now() - startedAt))
  const [before, at] = [await doneCount(), performance.now()]
  const { id } = await call('jobs.submit', { recipe: 'tensor', model: greedy, inputs: [input], ...place })
  let worker
  while (!worker)
    worker = (await call('devices.use')).find(({ job }) => job === id)
  // The baseline is what the process takes without a model.
  const baseline = worker.memoryMiB - worker.usedMiB
  while (residentMiB(worker.pid) - baseline <= limitMiB)
    await sleep(1)
  const overAt = performance.now()
  let most = 0
  let mostAt = overAt
  for (let resident = residentMiB(worker.pid); resident > 0; resident = residentMiB(worker.pid)) {
    if (resident > most + 1)
      [most, mostAt] = [resident, performance.now()]
    await sleep(1)
  }
  stopped.push(mostAt - overAt)
  over.push(most - baseline - limitMiB)
  ended.push(performance.now() - overAt)
  let job
  do
    job = await call('jobs.get', { id })
  while (job.state !== 'failed')
  codes.add(job.error.code)
  speeds.beside.push((await doneCount() - before) * 1000 / (performance.now() - at))
}
const { crashes } = await call('jobs.get', { id: neighbourId })
await lab.stop()
rmSync(folder, { recursive: true, force: true })

console.log(`${times} breaches; each job failed with ${[...codes].join(', ')}; the neighbour's worker died ${crashes} times`)
console.log(table([
  ['', 'median (range)', 'p99'],
  ['over the limit until it takes no more, ms', spread(stopped, 0), quantile(stopped, 0.99).toFixed(0)],
  ['most that it took beyond, MiB', spread(over, 0), quantile(over, 0.99).toFixed(0)],
  ['over the limit until all of it is free again, ms', spread(ended, 0), quantile(ended, 0.99).toFixed(0)],
  ['neighbour, inputs/s, before', spread(speeds.alone, 0), ''],
  ['neighbour, inputs/s, meanwhile', spread(speeds.beside, 0), ''],
]))
