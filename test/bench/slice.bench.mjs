/**
 * `npm run bench -- slice`: pictures per second through a slice that has the whole CPU, against a bare loop over ONNX
 * Runtime with the same recipe, models, threads and pictures, in a process of its own.
 *
 * Both have their models loaded and have read one round of pictures before. They take turns, so that what else the machine
 * does falls on both. The lab's time is the whole of it: from the submission over the socket until the job is done, with
 * leases, checkpoints and every result flushed to disk; the bare loop keeps its results in memory.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { repoRoot } from '../../resources/setup/lib/paths.mjs'
import { bundle, load } from './lib/bundle.mjs'
import { spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'

const rounds = Number(process.argv[2] ?? 7)
const documents = join(repoRoot, 'test', 'fixtures', 'documents')
const inputs = readdirSync(documents).filter(name => name.endsWith('.png')).map(name => join(documents, name))

const { connectSocket } = await load('lib/parts.ts')
const lab = await startLab(connectSocket)
const [entry] = (await lab.client.call('catalog.list', {})).filter(({ id }) => id === 'ppocr-v4')
const cpu = (await lab.client.call('devices.list', {})).find(({ kind }) => kind === 'cpu')
const threads = Number(cpu.backing.split(' ')[0])
const files = Object.fromEntries(entry.files.map(({ role, sha256 }) => [role, join(lab.stateDir, 'blobs', 'sha256', sha256.slice(0, 2), sha256)]))

const bare = fork(fileURLToPath(new URL('slice/bareLoop.mjs', import.meta.url)), [await bundle('lib/parts.ts'), JSON.stringify({ files, threads })])
await once(bare, 'message')
async function runBare() {
  bare.send(inputs)
  return (await once(bare, 'message'))[0]
}
async function runLab() {
  const startedAt = performance.now()
  const job = await lab.run({ recipe: 'ocr', inputs, device: cpu.id })
  const ms = performance.now() - startedAt
  if (job.state !== 'done')
    throw new Error(JSON.stringify(job.error))
  return ms
}

await runBare()
await runLab()
const speeds = { lab: [], bare: [] }
for (let round = 0; round < rounds; round++) {
  // Who goes first changes from round to round.
  for (const side of round % 2 ? ['lab', 'bare'] : ['bare', 'lab'])
    speeds[side].push(inputs.length * 1000 / await (side === 'lab' ? runLab() : runBare()))
}
bare.disconnect()
await lab.stop()

console.log(`${inputs.length} pictures a turn, ${rounds} rounds in turn, ${threads} threads`)
console.log(table([
  ['', 'pictures/s: median (range)'],
  ['through a slice', spread(speeds.lab)],
  ['bare loop', spread(speeds.bare)],
]))
console.log(`ratio, round by round: ${spread(speeds.lab.map((speed, round) => speed / speeds.bare[round]))}`)
