/**
 * `npm run bench -- moving`: how long a running job stands still when it is moved from slice to slice, against ending its
 * worker and starting it anew elsewhere.
 *
 * The job listens to an endless recording (Silero VAD: its recurrent state goes along in the middle of the recording) on a
 * virtual A100 cut into 2g slices, while a neighbour computes on another slice. A move's pause is from the end of the last
 * computing on the old slice to the begin of the first on the new one, by the host's monotonic clock. Starting anew is from
 * kill -9 of its worker to the word that its model is loaded again.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { repoRoot } from '../../resources/setup/lib/paths.mjs'
import { load } from './lib/bundle.mjs'
import { quantile, spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'

const moves = Number(process.argv[2] ?? 200)
const { connectSocket, smallConvolution, repeatSound } = await load('lib/parts.ts')
const folder = mkdtempSync(join(tmpdir(), 'tranche-bench-moving-'))
const long = join(folder, 'long.wav')
repeatSound(join(repoRoot, 'resources', 'samples', 'speech.wav'), long, 400)
const model = join(folder, 'neighbour.onnx')
writeFileSync(model, smallConvolution(64, 32))

const lab = await startLab(connectSocket)
const call = (name, input = {}) => lab.client.call(name, input)
const [device] = await call('lab.add', { model: 'A100-80GB', mode: 'mig', layout: [{ profile: '2g.20gb' }, { profile: '2g.20gb' }, { profile: '2g.20gb' }] })
const onDevice = { device: device.id, profile: '2g.20gb' }
const listen = async () => (await call('jobs.submit', { recipe: 'vad', inputs: [long], ...onDevice })).id
await call('jobs.submit', { recipe: 'tensor', model, inputs: [], synthetic: 100_000, ...onDevice })
const loadsOf = async id => (await call('events.list', { subject: id, limit: 5000 })).filter(({ type }) => type === 'job.loaded').length
async function until(holds) {
  while (!await holds())
    await new Promise(resolve => setTimeout(resolve, 2))
}

let id = await listen()
await until(async () => await loadsOf(id) > 0)
const pauses = []
const warm = []
while (pauses.length < moves) {
  const job = await call('jobs.get', { id })
  if (job.state !== 'running') {
    // The recording came to its end.
    if (job.state === 'done')
      id = await listen()
    await until(async () => await loadsOf(id) > 0)
    continue
  }
  const { pauseMs, warmMs } = await call('jobs.move', { id, device: device.id })
  pauses.push(pauseMs)
  warm.push(warmMs)
}

const anew = []
for (let round = 0; round < Math.max(3, Math.round(moves / 20)); round++) {
  const before = await loadsOf(id)
  const worker = (await call('devices.use')).find(({ job }) => job === id)
  const startedAt = performance.now()
  process.kill(worker.pid, 'SIGKILL')
  await until(async () => await loadsOf(id) > before)
  anew.push(performance.now() - startedAt)
}
await lab.stop()
rmSync(folder, { recursive: true, force: true })

console.log(`${moves} moves under load`)
console.log(table([
  ['', 'median (range), ms', 'p99, ms'],
  ['pause of a move', spread(pauses), quantile(pauses, 0.99).toFixed(1)],
  ['warming up meanwhile', spread(warm, 0), quantile(warm, 0.99).toFixed(0)],
  ['starting anew', spread(anew, 0), quantile(anew, 0.99).toFixed(0)],
]))
